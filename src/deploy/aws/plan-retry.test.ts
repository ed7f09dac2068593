import { expect, test } from "vitest";
import { planRetry, type Trouble } from "./plan-retry.ts";

const throttled: Trouble = { kind: "throttled", retryAfter: undefined };
const uncertain: Trouble = { kind: "uncertain" };
const isRepeated = (operation: string, trouble: Trouble, input = {}): boolean =>
  planRetry(operation, input, trouble, 1, 0.5) !== undefined;

test("reads and idempotent writes are repeated when nobody knows whether they were done", () => {
  for (const operation of [
    "GetFunction",
    "ListAliases",
    "PutFunctionConcurrency",
    "TagResource",
    "PublishVersion",
    "UpdateFunctionCode",
  ]) {
    expect(isRepeated(operation, uncertain), operation).toBe(true);
  }
  const guarded = { RevisionId: "r" };
  for (const operation of [
    "UpdateFunctionCode",
    "UpdateAlias",
    "PublishVersion",
    "UpdateFunctionConfiguration",
  ]) {
    expect(isRepeated(operation, uncertain, guarded), operation).toBe(false);
  }
  for (const operation of ["CreateFunction", "CreateAlias", "DeleteFunction", "AddPermission", "Invoke"]) {
    expect(isRepeated(operation, uncertain), operation).toBe(false);
  }
});

test("a throttled call was not done: anything but an invocation comes again", () => {
  for (const operation of ["CreateFunction", "UpdateAlias", "DeleteFunction"]) {
    expect(isRepeated(operation, throttled, { RevisionId: "r" }), operation).toBe(true);
  }
  expect(isRepeated("Invoke", throttled)).toBe(false);
  expect(isRepeated("InvokeWithResponseStream", { kind: "unreachable" })).toBe(false);
  expect(isRepeated("GetFunction", { kind: "refused" })).toBe(false);
});

test("waits double up to a limit, not less than AWS asks for, and end", () => {
  const waits = Array.from({ length: 12 }, (_, index) => planRetry("GetAlias", {}, throttled, index + 1, 1));
  expect(waits).toEqual([200, 400, 800, 1600, 3200, 6400, 8000, 8000, 8000, undefined, undefined, undefined]);
  expect(planRetry("GetAlias", {}, { kind: "throttled", retryAfter: 5000 }, 1, 0)).toBe(5000);
  expect(planRetry("GetAlias", {}, throttled, 1, 0)).toBe(100);
});
