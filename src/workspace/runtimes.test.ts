import { expect, test } from "vitest";
import { pythonMinors, pythonTargetOf, runtimeOf, runtimes, runtimeWarnings } from "./runtimes.ts";

const today = new Date("2026-11-23T12:00:00Z");

test("Python up to 3.11 runs on Amazon Linux 2, later ones on 2023, unknown ones too", () => {
  expect(pythonTargetOf("3.11", "x86_64")).toEqual({ minor: "3.11", machine: "x86_64", glibc: [2, 26] });
  expect(pythonTargetOf("3.12", "arm64")).toEqual({ minor: "3.12", machine: "aarch64", glibc: [2, 34] });
  expect(pythonTargetOf("3.99", "x86_64").glibc).toEqual([2, 34]);
});

test("newest Pythons come first, previews are left out", () => {
  expect(pythonMinors).toEqual(["3.14", "3.13", "3.12", "3.11", "3.10", "3.9"]);
});

test("a runtime that is not in the table is taken for a new one of its language", () => {
  expect(runtimeOf("python3.99")).toMatchObject({ language: "python", python: "3.99", glibc: [2, 34] });
  expect(runtimeOf("nodejs99.x")).toMatchObject({ language: "nodejs", python: undefined });
  expect(runtimeOf("provided.al2023")).toMatchObject({ language: "provided" });
  expect(runtimeOf("python2.7")).toBeUndefined();
  expect(runtimeOf("python3.1")).toBeUndefined();
  expect(runtimeOf("cobol")).toBeUndefined();
});

test("past its end a runtime warns, with the newest of its language as the way out", () => {
  expect(runtimeWarnings("python3.10", today)).toEqual([
    {
      code: "runtime-deprecated",
      message: "Lambda's support of python3.10 ended on 2026-10-31",
      hint: "function: {Runtime: python3.14}",
    },
  ]);
  expect(runtimeWarnings("nodejs20.x", today)[0]?.hint).toBe("function: {Runtime: nodejs24.x}");
  expect(runtimeWarnings("python3.10", new Date("2026-10-31T23:59:59Z"))).toEqual([]);
  expect(runtimeWarnings("python3.10", new Date("2026-11-01T00:00:00Z"))).toHaveLength(1);
  expect(runtimeWarnings("python3.13", today)).toEqual([]);
  expect(runtimeWarnings("python3.99", today)).toEqual([]);
});

test("of the runtimes that Lambda supports, one whose Python is on this machine is the way out", () => {
  const hintFor = (...minors: string[]): string | null | undefined =>
    runtimeWarnings("python3.10", today, new Set(minors))[0]?.hint;
  expect(hintFor("3.9", "3.10", "3.12", "3.13")).toBe("function: {Runtime: python3.13}");
  expect(hintFor("3.11", "3.99")).toBe("function: {Runtime: python3.11}");
  // What has ended itself, or is only announced, is none.
  expect(hintFor("3.9", "3.10", "3.15")).toBe("function: {Runtime: python3.14}");
});

test("the table's names are unique and its dates are dates", () => {
  expect(new Set(runtimes.map(({ name }) => name)).size).toBe(runtimes.length);
  for (const { end } of runtimes) {
    if (end !== undefined) expect(new Date(end).toISOString().slice(0, 10)).toBe(end);
  }
});
