import fc from "fast-check";
import { expect, test } from "vitest";
import {
  earlierAfterMove,
  parseEarlierVersions,
  parseVersionRecord,
  renderEarlierVersions,
  renderVersionRecord,
} from "./record.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";

test("a version's Description tells its commit", () => {
  for (const dirty of [true, false]) {
    expect(parseVersionRecord(renderVersionRecord({ commit, dirty }, "a remark"))).toEqual({ commit, dirty });
    expect(parseVersionRecord(renderVersionRecord({ commit, dirty }))).toEqual({ commit, dirty });
  }
  expect(renderVersionRecord({ commit, dirty: true })).toBe(`brig ${commit}-dirty`);
  for (const other of [undefined, "", "brig", "brig 8", `brig ${commit}x`, `a brig ${commit}`]) {
    expect(parseVersionRecord(other), other).toBeUndefined();
  }
});

test("an alias's Description keeps what others wrote, and as many versions as AWS takes", () => {
  const versions = Array.from({ length: 200 }, (_, index) => String(999 - index));
  const text = renderEarlierVersions("live traffic", versions);
  expect(text.length).toBeLessThanOrEqual(256);
  expect(text).toMatch(/^live traffic brig earlier: 999 998 /);
  expect(renderEarlierVersions(text, ["7"])).toBe("live traffic brig earlier: 7");
  expect(renderEarlierVersions(text, [])).toBe("live traffic");
  expect(parseEarlierVersions("live traffic")).toEqual([]);
  fc.assert(
    fc.property(
      fc.string({ maxLength: 200 }),
      fc.array(fc.integer({ min: 1 }).map(String), { maxLength: 5 }),
      (own, some) => {
        expect(parseEarlierVersions(renderEarlierVersions(own.trim(), some))).toEqual(some);
      },
    ),
  );
});

test("a move forth remembers, a move back goes further back next time", () => {
  expect(earlierAfterMove(["7", "6"], "8", "9")).toEqual(["8", "7", "6"]);
  expect(earlierAfterMove(["8", "7", "6"], "9", "8")).toEqual(["7", "6"]);
  expect(earlierAfterMove(["8", "7", "6"], "9", "6")).toEqual([]);
  expect(earlierAfterMove(["6"], "7", "9")).toEqual(["7", "6"]);
  expect(earlierAfterMove(["6"], "7", "7")).toEqual(["6"]);
  expect(earlierAfterMove(["6"], "$LATEST", "7")).toEqual(["6"]);
});
