/** docs/local-lambda.md names the operations that exist, and no other as working. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { operations } from "../src/local/api/operations.ts";

test("the table of operations is that of the service", () => {
  const page = readFileSync(join(import.meta.dirname, "../docs/local-lambda.md"), "utf8");
  const table = page.slice(page.indexOf("## Operations of Lambda"), page.indexOf("## Other services"));
  const cells = [...table.matchAll(/^\| ([A-Z][^|]*) \|/gm)].map((match) => match[1]!);
  const named = cells
    .filter((cell) => !cell.endsWith("all others"))
    .flatMap((cell) => cell.split(", "))
    .toSorted();
  // These run functions: routes of their own.
  const invoking = ["Invoke", "InvokeAsync", "InvokeWithResponseStream"];
  expect(named).toEqual([...Object.keys(operations), ...invoking].toSorted());
});
