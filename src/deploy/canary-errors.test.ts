import { expect, test } from "vitest";
import { judgeErrors } from "./canary-errors.ts";

const calls = (version: string, errors: number, invocations: number): Parameters<typeof judgeErrors>[0] => ({
  version,
  errors,
  invocations,
});

test.each([
  [calls("8", 0, 10), calls("7", 0, 100)],
  [calls("8", 0, 0), calls("7", 0, 0)],
  [calls("8", 1, 10), calls("7", 10, 100)],
  [calls("8", 0, 0), calls("7", 5, 5)],
])("no greater share of errors is no worse (%j, %j)", (next, before) => {
  expect(judgeErrors(next, before)).toBeUndefined();
});

test.each([
  [calls("8", 1, 10), calls("7", 0, 100), "version 8 failed 1 of 10 calls, version 7 0 of 100 calls"],
  [calls("8", 2, 10), calls("7", 10, 100), "version 8 failed 2 of 10 calls, version 7 10 of 100 calls"],
  // Errors may be counted before the invocations that they are of.
  [calls("8", 1, 0), calls("7", 0, 0), "version 8 failed 1 of 1 calls, version 7 0 of 0 calls"],
])("a greater share is worse, and told (%j, %j)", (next, before, told) => {
  expect(judgeErrors(next, before)).toBe(told);
});
