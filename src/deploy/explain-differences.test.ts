import { expect, test } from "vitest";
import type { FileDifference } from "./diff-zips.ts";
import { explainDifferences } from "./explain-differences.ts";

const source: FileDifference = { path: "a.py", kind: "contents", bytecode: false };
const bytecode: FileDifference = { path: "__pycache__/a.cpython-313.pyc", kind: "contents", bytecode: true };
const unknown = { here: "3.13.0", there: null };

test.each([
  [[], unknown, "every file is the same, and only the packing differs"],
  [[source], unknown, "1 file differs"],
  [[source, source, bytecode], unknown, "2 files differ, and the bytecode of 1"],
  [
    [bytecode],
    unknown,
    "only bytecode differs, the source is the same: another patch version than 3.13.0, which is here, compiled it, or somebody changed it",
  ],
  [[bytecode], { here: "3.13.0", there: "3.13.1" }, "compiled by Python 3.13.1, and here by 3.13.0"],
  [[bytecode], { here: "3.13.0", there: "3.13.0" }, "by Python 3.13.0, as here, so another version of brig"],
  [[bytecode], { here: null, there: null }, "there is none here"],
])("%j %j: %s", (differences, compilers, expected) => {
  expect(explainDifferences(differences, compilers)).toContain(expected);
});
