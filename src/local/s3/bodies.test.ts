import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeAwsChunked } from "./aws-chunked.ts";
import { startCrc32, startCrc32c, startCrc64Nvme } from "./crc.ts";
import { parseRange } from "./object-headers.ts";

async function* inPieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let start = 0;
  for (const size of [...sizes, bytes.length]) {
    if (start >= bytes.length) return;
    yield bytes.subarray(start, start + size);
    start += size;
  }
}

async function decode(
  body: Buffer,
  sizes: readonly number[] = [],
): Promise<{ bytes: Buffer; trailers: object }> {
  const trailers: Record<string, string> = {};
  const chunks: Buffer[] = [];
  for await (const chunk of decodeAwsChunked(
    inPieces(body, sizes),
    (name, value) => (trailers[name] = value),
  )) {
    chunks.push(Buffer.from(chunk));
  }
  return { bytes: Buffer.concat(chunks), trailers };
}

test("aws-chunked bodies are decoded wherever the network cuts them", async () => {
  const positive = fc.integer({ min: 1, max: 40 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 })),
      fc.array(positive, { maxLength: 30 }),
      fc.boolean(),
      async (chunks, sizes, signed) => {
        const signature = signed ? `;chunk-signature=${"a".repeat(64)}` : "";
        const body = Buffer.concat([
          ...chunks.map((chunk) =>
            Buffer.concat([
              Buffer.from(`${chunk.length.toString(16)}${signature}\r\n`),
              chunk,
              Buffer.from("\r\n"),
            ]),
          ),
          Buffer.from(`0${signature}\r\nX-Amz-Checksum-Crc32: abcd==\r\n\r\n`),
        ]);
        expect(await decode(body, sizes)).toEqual({
          bytes: Buffer.concat(chunks),
          trailers: { "x-amz-checksum-crc32": "abcd==" },
        });
      },
    ),
  );
});

test("broken aws-chunked bodies are refused", async () => {
  for (const body of [
    "",
    "5\r\nabc",
    "5\r\nabcde\r\n",
    "x\r\n",
    "5\r\nabcdefg\r\n0\r\n\r\n",
    "-1\r\n\r\n",
    "a".repeat(20_000),
  ]) {
    await expect(decode(Buffer.from(body))).rejects.toMatchObject({ code: "IncompleteBody" });
  }
});

test("checksums have their published check values, in one piece or several", () => {
  // The check value of each algorithm is that of "123456789" (https://reveng.sourceforge.io/crc-catalogue/).
  const known = [
    [startCrc32, "cbf43926"],
    [startCrc32c, "e3069283"],
    [startCrc64Nvme, "ae8b14860a799888"],
  ] as const;
  for (const [start, expected] of known) {
    const sum = start();
    for (const piece of ["123", "45", "", "6789"]) sum.update(Buffer.from(piece));
    expect(sum.digest().toString("hex")).toBe(expected);
  }
});

test("ranges stay inside the object", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.nat(120), fc.nat(120), (size, first, last) => {
      for (const header of [`bytes=${first}-${last}`, `bytes=${first}-`, `bytes=-${last}`]) {
        try {
          const range = parseRange(header, size);
          if (range === undefined) continue;
          expect(range.start).toBeGreaterThanOrEqual(0);
          expect(range.end).toBeGreaterThanOrEqual(range.start);
          expect(range.end).toBeLessThan(size);
        } catch (fault) {
          expect(fault).toMatchObject({ code: "InvalidRange", status: 416 });
        }
      }
    }),
  );
  expect(parseRange("bytes=0-0,2-3", 10)).toBeUndefined();
});
