import fc from "fast-check";
import { expect, test } from "vitest";
import { fullBucket, takeFrom } from "./bucket.ts";

test("gives what it holds at once, then one after the other", () => {
  let bucket = fullBucket({ rate: 10, capacity: 2 }, 0);
  const waits = [0, 0, 0, 0, 50].map((now) => {
    const taken = takeFrom(bucket, now);
    bucket = taken.bucket;
    return taken.wait;
  });
  expect(waits).toEqual([0, 0, 100, 200, 250]);
});

test("fills up to what it can hold, and no further", () => {
  const { bucket } = takeFrom(fullBucket({ rate: 10, capacity: 2 }, 0), 0);
  expect(takeFrom(bucket, 60_000).bucket.tokens).toBe(1);
});

test("a pause holds everybody up", () => {
  const bucket = { ...fullBucket({ rate: 10, capacity: 2 }, 0), tokens: 0, at: 1000 };
  const first = takeFrom(bucket, 200);
  expect(first.wait).toBe(900);
  expect(takeFrom(first.bucket, 200).wait).toBe(1000);
});

test("never more than its capacity and its rate, whenever it is asked", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 80 }), (pauses) => {
      let bucket = fullBucket({ rate: 15, capacity: 15 }, 0);
      let now = 0;
      const sent = pauses.map((pause) => {
        now += pause;
        const taken = takeFrom(bucket, now);
        bucket = taken.bucket;
        return now + taken.wait;
      });
      for (const start of sent) {
        const second = sent.filter((at) => at >= start && at < start + 1000 - 1e-6);
        expect(second.length).toBeLessThanOrEqual(15 + 15);
      }
      expect(sent).toEqual(sent.toSorted((a, b) => a - b));
    }),
  );
});
