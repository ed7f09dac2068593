import * as fc from "fast-check";
import { expect, test } from "vitest";
import { comparePaths } from "./compare-paths.ts";

/** Few letters, so that paths share beginnings; characters on both sides of the surrogates. */
const path = fc.string({
  unit: fc.oneof(
    fc.constantFrom("a", "/", "-", "Z", "é", "\ud7ff", "\ue000", "\uffff", "𐀀", "𝄞", "\u{10ffff}"),
  ),
  maxLength: 6,
});

test("the order is that of the UTF-8 bytes", () => {
  fc.assert(
    fc.property(path, path, (left, right) => {
      const expected = Buffer.compare(Buffer.from(left), Buffer.from(right));
      expect(Math.sign(comparePaths(left, right))).toBe(expected);
    }),
    { numRuns: 2000 },
  );
});

test("a character beyond U+FFFF stands behind one below, unlike in JavaScript's own order", () => {
  const paths = ["\uff5e", "𐀀", "a"];
  expect(paths.toSorted(comparePaths)).toEqual(["a", "\uff5e", "𐀀"]);
  expect(paths.toSorted((left, right) => (left < right ? -1 : 1))).toEqual(["a", "𐀀", "\uff5e"]);
});
