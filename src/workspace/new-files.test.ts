import { expect, test } from "vitest";
import { addIgnoredFolders, renderNewFunction, rootSettings } from "./new-files.ts";
import { parseSettings } from "./parse-settings.ts";
import { readmeProblem } from "./readme.ts";

test("what brig makes is ignored once", () => {
  const lines = "# What brig makes in a function's folder\nstg/\nbuilds/\n";
  expect(addIgnoredFolders("")).toBe(lines);
  expect(addIgnoredFolders("node_modules/")).toBe(`node_modules/\n${lines}`);
  expect(addIgnoredFolders(addIgnoredFolders("x\n"))).toBe(`x\n${lines}`);
  expect(addIgnoredFolders("stg\nbuilds/\n")).toBe("stg\nbuilds/\n");
  expect(addIgnoredFolders("stg/\r\n")).toContain("builds/\n");
});

test("a new function has all that a folder should, and its settings hold", () => {
  const files = renderNewFunction({ name: "ingest", api: "orders", runtime: "python3.13" });
  const texts = new Map(
    files.map(({ path, text }) => [path.replace("apis/orders/functions/ingest/", ""), text]),
  );
  expect([...texts.keys()].toSorted()).toEqual([
    "README.md",
    "brig.yaml",
    "events/example.json",
    "requirements.txt",
    "src/lambda_function.py",
    "tests/test_lambda_function.py",
  ]);
  expect(readmeProblem("README.md", texts.get("README.md")!)).toBeNull();
  expect(texts.get("README.md")).toContain("## Code review policy");
  expect(parseSettings(texts.get("brig.yaml")!, "brig.yaml").value.function?.Runtime).toBe("python3.13");
  expect(JSON.parse(texts.get("events/example.json")!)).toBeTypeOf("object");
  expect(parseSettings(rootSettings, "brig.yaml").value).toEqual({});
});

test("Node has a start as well", () => {
  const files = renderNewFunction({ name: "hello", api: null, runtime: "nodejs24.x" });
  expect(files.map(({ path }) => path)).toContain("functions/hello/src/index.mjs");
});

test.each([
  ["../x", null, "python3.13", "brig new x"],
  ["a b", null, "python3.13", "brig new a-b"],
  [".", null, "python3.13", "brig new hello"],
  ["x".repeat(65), null, "python3.13", `brig new ${"x".repeat(65)}`],
  ["hello", "a/b", "python3.13", "brig new a-b"],
  ["x".repeat(40), "y".repeat(40), "python3.13", null],
  ["hello", null, "java25", expect.stringContaining("build.command")],
])("%s in %s for %s is refused", (name, api, runtime, hint) => {
  expect(() => renderNewFunction({ name, api, runtime })).toThrow(
    expect.objectContaining({ code: "usage-invalid", hint }),
  );
});
