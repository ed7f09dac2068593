import { createHash } from "node:crypto";
import { inflateRawSync } from "node:zlib";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { compress } from "./deflate.ts";

/** Bytes with repetitions in them, as files have. */
const contents = fc
  .array(fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.nat(300)), { maxLength: 8 })
  .map((runs) => Buffer.concat(runs.flatMap(([bytes, times]) => Array.from({ length: times }, () => bytes))));

test("what was compressed is inflated to what it was, and is never larger", () => {
  fc.assert(
    fc.property(contents, (bytes) => {
      const { method, data } = compress(bytes);
      expect(data.length).toBeLessThanOrEqual(bytes.length);
      expect(Buffer.compare(method === 8 ? inflateRawSync(data) : data, bytes)).toBe(0);
    }),
  );
});

test("the same bytes come out every time", () => {
  fc.assert(
    fc.property(contents, (bytes) => {
      expect(Buffer.compare(compress(bytes).data, compress(Buffer.from(bytes)).data)).toBe(0);
    }),
  );
});

test("the bytes are those of every other machine and version of Node", () => {
  const text = Buffer.from(
    Array.from({ length: 5000 }, (_, line) => `line ${line} of ${line % 7}\n`).join(""),
  );
  const { method, data } = compress(text);
  expect(method).toBe(8);
  expect(createHash("sha256").update(data).digest("hex")).toMatchInlineSnapshot(
    `"d2dc00c4db2f40879b0553c1ebfe0dea5f3f9afca4ca89dad244876107e3e0fb"`,
  );
});

test("what does not shrink is stored", () => {
  expect(compress(Buffer.alloc(0))).toEqual({ method: 0, data: Buffer.alloc(0) });
  expect(compress(Buffer.from("ab")).method).toBe(0);
});
