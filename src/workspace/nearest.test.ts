import fc from "fast-check";
import { expect, test } from "vitest";
import { editDistance, nearest } from "./nearest.ts";

test.each([
  ["statuspage", ["hello", "status-page"], "status-page"],
  ["exlude", ["source", "exclude", "output"], "exclude"],
  ["hlelo", ["hello"], "hello"],
  ["Hello", ["hello"], "hello"],
  ["MemorySzie", ["MemorySize", "Timeout"], "MemorySize"],
  ["xyz", ["hello", "abc"], undefined],
  ["a", ["b"], undefined],
  ["", ["hello"], undefined],
  ["hello", [], undefined],
])("nearest to %s in %j is %s", (word, candidates, expected) => {
  expect(nearest(word, candidates)).toBe(expected);
});

test("the distance is symmetric, zero only for equals, and at most the longer length", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      const distance = editDistance(a, b);
      expect(distance).toBe(editDistance(b, a));
      expect(distance === 0).toBe(a === b);
      expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
    }),
  );
});
