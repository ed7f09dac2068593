import fc from "fast-check";
import { expect, test } from "vitest";
import { createFrameReader, renderFrame, type Frame } from "./frames.ts";

/** Cuts bytes at the given places, taken modulo their length. */
function cut(bytes: Buffer, places: readonly number[]): readonly Buffer[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [0, ...at].map((start, index) => bytes.subarray(start, at[index] ?? bytes.length));
}

test("frames come out as they went in, wherever the pipe cuts them", () => {
  const frame = fc.record({
    header: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer())),
    body: fc.uint8Array({ maxLength: 40 }),
  });
  fc.assert(
    fc.property(fc.array(frame), fc.array(fc.nat()), (frames, places) => {
      const bytes = Buffer.concat(frames.map(({ header, body }) => renderFrame(header, Buffer.from(body))));
      const read: Frame[] = [];
      const push = createFrameReader((each) => void read.push(each));
      for (const chunk of cut(bytes, places)) push(chunk);
      expect(read.map(({ header, body }) => ({ header, body: [...body] }))).toEqual(
        frames.map(({ header, body }) => ({
          header: JSON.parse(JSON.stringify({ ...header })),
          body: [...body],
        })),
      );
    }),
  );
});

test("what is no frame is refused instead of waited for", () => {
  const push = createFrameReader(() => {});
  expect(() => push(Buffer.from("hello, this was printed to the wrong place"))).toThrow(
    /a frame of \d+ bytes/,
  );
});
