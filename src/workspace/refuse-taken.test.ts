import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { refuseTaken } from "./refuse-taken.ts";

function refusal(root: string, path: string, takesEmpty = false): string | undefined {
  try {
    refuseTaken(root, path, { takesEmpty, hint: "another name" });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

test("whatever stands there is in the way, and what stands around it, too", () => {
  const root = mkdtempSync(join(tmpdir(), "brig-taken-"));
  expect(refusal(root, "functions/new")).toBeUndefined();
  mkdirSync(join(root, "functions/empty"), { recursive: true });
  mkdirSync(join(root, "functions/full/src"), { recursive: true });
  writeFileSync(join(root, "functions/file"), "");
  symlinkSync("nowhere", join(root, "functions/link"));
  for (const name of ["empty", "full", "file", "link"]) {
    expect(refusal(root, `functions/${name}`), name).toBe(`functions/${name} is there already`);
  }
  expect(refusal(root, "functions/empty", true)).toBeUndefined();
  expect(refusal(root, "functions/full", true)).toBeDefined();
  writeFileSync(join(root, "apis"), "");
  expect(refusal(root, "apis/orders/functions/new")).toBe("apis is there already, and it is no folder");
});
