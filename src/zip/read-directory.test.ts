import { expect, test } from "vitest";
import { readDirectory } from "./read-directory.ts";
import { makeZip } from "./test-zip.ts";

async function read(bytes: Buffer): Promise<{ names: string[]; offset: number; ranges: number[][] }> {
  const ranges: number[][] = [];
  const { entries, offset } = await readDirectory(
    bytes.length,
    async (start, end) => {
      ranges.push([start, end]);
      return bytes.subarray(start, end);
    },
    "a.zip",
  );
  return { names: entries.map(({ name }) => name), offset, ranges };
}

test("the end of a zip is enough", async () => {
  const bytes = makeZip([
    { name: "large", contents: Buffer.alloc(2_000_000, "x"), method: 0 },
    { name: "small", contents: "y" },
  ]);
  const { names, offset, ranges } = await read(bytes);
  expect(names).toEqual(["large", "small"]);
  expect(bytes.readUInt32LE(offset)).toBe(0x02014b50);
  expect(ranges).toEqual([[bytes.length - (1 << 20), bytes.length]]);
});

test("a directory that begins further up is read whole, zip64 too", async () => {
  const entries = Array.from({ length: 4000 }, (_, index) => ({ name: `${"long".repeat(60)}/${index}` }));
  for (const zip64 of [false, true]) {
    const bytes = makeZip(entries, { zip64 });
    const { names, ranges } = await read(bytes);
    expect(names).toEqual(entries.map(({ name }) => name));
    expect(ranges.length).toBe(2);
  }
});

test("what is no zip is refused", async () => {
  await expect(read(Buffer.alloc(3_000_000))).rejects.toMatchObject({ code: "wheel-invalid" });
  const far = makeZip([{ name: "a" }], { end: (record) => record.writeUInt32LE(7, 16) });
  await expect(read(far)).rejects.toMatchObject({ code: "wheel-invalid" });
});
