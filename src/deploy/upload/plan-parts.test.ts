import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { SharedRange } from "./shared-ranges.ts";
import { type PartSizes, planParts } from "./plan-parts.ts";

const sizes: PartSizes = { least: 5, mostSent: 10, mostCopied: 20 };

/** A next zip put together from pieces of the previous one and bytes of its own. */
const nextZip = fc
  .array(
    fc.record({
      isShared: fc.boolean(),
      previous: fc.nat({ max: 1000 }),
      length: fc.integer({ min: 1, max: 60 }),
    }),
    { minLength: 1, maxLength: 20 },
  )
  .map((pieces) => {
    const shared: SharedRange[] = [];
    let size = 0;
    for (const { isShared, previous, length } of pieces) {
      if (isShared) shared.push({ previous, next: size, length });
      size += length;
    }
    return { shared, size };
  });

test("parts cover the zip in order, with sizes that S3 takes, and copy only what is the same", () => {
  fc.assert(
    fc.property(nextZip, ({ shared, size }) => {
      const parts = planParts(shared, size, sizes);
      expect(parts[0]?.start).toBe(0);
      expect(parts.at(-1)?.end).toBe(size);
      for (const [index, { start, end, copyFrom }] of parts.entries()) {
        const isLast = index === parts.length - 1;
        if (!isLast) expect(parts[index + 1]?.start).toBe(end);
        expect(end - start).toBeGreaterThanOrEqual(isLast ? 1 : sizes.least);
        expect(end - start).toBeLessThanOrEqual(copyFrom === null ? sizes.mostSent : sizes.mostCopied);
        if (copyFrom === null) continue;
        const source = shared.find(({ next, length }) => next <= start && end <= next + length);
        expect(copyFrom).toBe(source!.previous + start - source!.next);
      }
    }),
  );
});

test("a long range is never sent: at most the smallest part of its front is", () => {
  fc.assert(
    fc.property(nextZip, ({ shared, size }) => {
      const parts = planParts(shared, size, sizes);
      for (const { next, length } of shared.filter((range) => range.length >= 2 * sizes.least)) {
        const copied = parts
          .filter(({ copyFrom }) => copyFrom !== null)
          .map(({ start, end }) => Math.min(end, next + length) - Math.max(start, next))
          .filter((overlap) => overlap > 0)
          .reduce((total, overlap) => total + overlap, 0);
        expect(copied).toBeGreaterThan(length - sizes.least);
      }
    }),
  );
});

test("an edit behind the dependencies sends the tail alone", () => {
  expect(planParts([{ previous: 0, next: 0, length: 50 }], 53, sizes)).toEqual([
    { start: 0, end: 16, copyFrom: 0 },
    { start: 16, end: 33, copyFrom: 16 },
    { start: 33, end: 50, copyFrom: 33 },
    { start: 50, end: 53, copyFrom: null },
  ]);
});

test("a short edit in the middle takes bytes from the copy behind it", () => {
  const shared = [
    { previous: 0, next: 0, length: 10 },
    { previous: 11, next: 12, length: 18 },
  ];
  expect(planParts(shared, 30, sizes)).toEqual([
    { start: 0, end: 10, copyFrom: 0 },
    { start: 10, end: 15, copyFrom: null },
    { start: 15, end: 30, copyFrom: 14 },
  ]);
});

test("nothing shared: even parts", () => {
  expect(planParts([], 21, sizes).map(({ start }) => start)).toEqual([0, 7, 14]);
});
