import { expect, test } from "vitest";
import { selectPrunable } from "./select-prunable.ts";
import { settleRollback } from "./settle-rollback.ts";
import type { Alias, PublishedVersion } from "./versions.ts";

const [first, second] = ["1234567890".repeat(4), "12345fffff".repeat(4)] as const;

function version(
  number: number,
  commit: string | null = null,
  dirty: boolean | null = null,
): PublishedVersion {
  const facts = { size: 1, codeSha256: "", created: "2026-11-24T00:00:00.000Z", configuration: {} };
  return { version: String(number), commit, dirty, ...facts };
}

function alias(at: string, earlier: string, weights: Alias["weights"] = {}): Alias {
  return {
    name: "live",
    version: at,
    description: `ours brig earlier: ${earlier}`,
    revisionId: "r",
    weights,
  };
}

const versions = [version(5, first, true), version(4, first, false), version(3, second, false), version(2)];

function goal(from: Alias, wanted?: string): string {
  return settleRollback("hello", from, versions, wanted).version;
}

test("goes to the newest of the alias's own earlier versions that still exists", () => {
  expect(goal(alias("5", "4 3"))).toBe("4");
  expect(goal(alias("5", "1 3"))).toBe("3");
});

test("a canary is taken back first: the alias stays where it is", () => {
  expect(goal(alias("4", "3", { 5: 0.1 }))).toBe("4");
  expect(goal({ ...alias("4", "3", { 5: 0.1 }), description: "" })).toBe("4");
});

test("without a predecessor it says so, and which versions there are", () => {
  const nothing = { ...alias("5", ""), description: "live traffic" };
  expect(() => goal(nothing)).toThrow("the alias live of hello has had no version before 5");
  expect(() => goal(alias("5", "1"))).toThrow(/none exists any more: 1$/);
});

test("--to: a number before a commit; what was committed before what was not; never a guess between two commits", () => {
  const at = alias("5", "4 3");
  expect(goal(at, "2")).toBe("2");
  expect(goal(at, "123456")).toBe("4");
  expect(goal(at, "12345F")).toBe("3");
  expect(goal(at, first)).toBe("4");
  expect(goal(at, "123456-dirty")).toBe("5");
  expect(() => goal(at, "12345")).toThrow("hello has versions of 2 commits that begin with 12345");
  for (const none of ["9", "123", "cafe", "", "$LATEST", "-1"])
    expect(() => goal(at, none), none).toThrow(/has no version or commit/);
});

test("prunes neither what an alias uses, in part or whole, nor the newest", () => {
  const prunable = (keep: number, ...aliases: Alias[]): string[] =>
    selectPrunable(versions, aliases, keep).map((each) => each.version);
  expect(prunable(0)).toEqual(["2", "3", "4", "5"]);
  expect(prunable(2)).toEqual(["2", "3"]);
  expect(prunable(1, alias("3", "2", { 2: 0.5 }))).toEqual(["4"]);
  expect(prunable(10)).toEqual([]);
});
