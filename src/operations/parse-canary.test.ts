import { expect, test } from "vitest";
import { parseCanary } from "./parse-canary.ts";

test.each([
  ["10,50", "5m", [10, 50], 300_000],
  ["10,50,100", "30s", [10, 50], 30_000],
  ["5", undefined, [5], 300_000],
  ["100", "1.5h", [], 5_400_000],
] as const)("--canary %s --interval %s", (shares, interval, expected, milliseconds) => {
  expect(parseCanary(shares, interval)).toEqual({ shares: expected, interval: milliseconds });
});

test("no canary is none", () => {
  expect(parseCanary(undefined, undefined)).toBeUndefined();
});

test.each([
  ["", undefined],
  ["0", undefined],
  ["50,10", undefined],
  ["10,10", undefined],
  ["101", undefined],
  ["10%", undefined],
  ["10,", undefined],
  ["10", "5"],
  ["10", "m"],
  ["10", "-1m"],
  ["10", "600h"],
  [undefined, "5m"],
])("--canary %j --interval %j is refused", (shares, interval) => {
  expect(() => parseCanary(shares, interval)).toThrow(expect.objectContaining({ code: "usage-invalid" }));
});
