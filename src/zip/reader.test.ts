import { posix } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BrigError } from "../errors.ts";
import { extractMember } from "./extract.ts";
import { recordSizes } from "./format.ts";
import { readZip } from "./reader.ts";
import { type TestEntry, type TestZip, descriptor, makeZip, zip64Extra } from "./test-zip.ts";
import { packEntries } from "./writer.ts";

const text = "Hello, hello, hello, hello!";
const packed = deflateRawSync(text);
const sizes = [packed.length, text.length] as const;

function contentsOf(bytes: Buffer): Record<string, string> {
  const members = readZip(bytes, "a.whl");
  return Object.fromEntries(
    members.map((member) => [member.name, extractMember(bytes, member, "a.whl").toString()]),
  );
}

describe("what is read", () => {
  test("stored, deflated and empty files, directories, names beyond ASCII", () => {
    const bytes = makeZip([
      { name: "a/", method: 0, mode: 0o040755 },
      { name: "a/stored", contents: text, method: 0 },
      { name: "a/deflated", contents: text },
      { name: "a/empty" },
      { name: "é/𝄞.txt", contents: "x" },
    ]);
    expect(contentsOf(bytes)).toEqual({
      "a/": "",
      "a/stored": text,
      "a/deflated": text,
      "a/empty": "",
      "é/𝄞.txt": "x",
    });
    const [directory, stored] = readZip(bytes, "a.whl");
    expect(directory?.isDirectory).toBe(true);
    expect(stored).toEqual({
      name: "a/stored",
      method: 0,
      crc32: crc32(text),
      compressedSize: text.length,
      size: text.length,
      dataOffset: recordSizes.local * 2 + "a/a/stored".length,
      mode: 0o100644,
      isDirectory: false,
      isLink: false,
    });
  });

  test("an archive without entries", () => {
    expect(readZip(makeZip([]), "a.whl")).toEqual([]);
  });

  test("a comment", () => {
    expect(contentsOf(makeZip([{ name: "a", contents: text }], { comment: "made by hand" }))).toEqual({
      a: text,
    });
  });

  test("entries in another order than the central directory's", () => {
    const first = recordSizes.local + 1 + packed.length;
    const bytes = makeZip([
      { name: "a", contents: text, offset: first, localName: "b" },
      { name: "b", contents: text, offset: 0, localName: "a" },
    ]);
    expect(readZip(bytes, "a.whl").map((member) => member.name)).toEqual(["a", "b"]);
  });

  test.each([
    ["signed", { signed: true, wide: false }],
    ["unsigned", { signed: false, wide: false }],
    ["signed, 64 bits", { signed: true, wide: true }],
    ["unsigned, 64 bits", { signed: false, wide: true }],
  ])("data descriptors: %s", (_, form) => {
    const entry = {
      contents: text,
      flags: 0x8,
      local: { crc32: 0, size: 0, compressedSize: 0 },
      descriptor: descriptor(crc32(text), ...sizes, form),
    };
    expect(
      contentsOf(
        makeZip([
          { name: "a", ...entry },
          { name: "b", ...entry },
        ]),
      ),
    ).toEqual({
      a: text,
      b: text,
    });
  });

  test("the UTF-8 flag on a plain name", () => {
    expect(contentsOf(makeZip([{ name: "a", contents: text, flags: 0x800 }]))).toEqual({ a: text });
  });

  test("zip64 extra fields in small entries, local and central", () => {
    const full = { size: 0xffffffff, compressedSize: 0xffffffff };
    const bytes = makeZip([
      {
        name: "local",
        contents: text,
        local: full,
        localExtra: zip64Extra(text.length, packed.length),
      },
      { name: "unneeded", contents: text, localExtra: zip64Extra(0, 0), extra: zip64Extra(1, 2) },
      {
        name: "both",
        contents: text,
        ...full,
        local: full,
        localExtra: zip64Extra(text.length, packed.length),
        extra: zip64Extra(text.length, packed.length),
      },
    ]);
    expect(contentsOf(bytes)).toEqual({ local: text, unneeded: text, both: text });
  });

  test("zip64 end records", () => {
    expect(contentsOf(makeZip([{ name: "a", contents: text }], { zip64: true }))).toEqual({ a: text });
  });

  test("modes: unix and macOS have them, DOS has none", () => {
    const bytes = makeZip([
      { name: "unix", mode: 0o100600 },
      { name: "macos", system: 19, mode: 0o100777 },
      { name: "dos", system: 0, mode: 0o100755 },
      { name: "bare", mode: 0o755 },
    ]);
    expect(readZip(bytes, "a.whl").map((member) => member.mode)).toEqual([
      0o100600,
      0o100777,
      undefined,
      0o755,
    ]);
  });
});

describe("what is refused", () => {
  const entry: TestEntry = { name: "a", contents: text };
  const cases: readonly (readonly [
    title: string,
    message: string,
    entries: TestEntry[],
    options?: TestZip,
  ])[] = [
    ["an encrypted entry", 'entry "a" is encrypted', [{ ...entry, flags: 1 }]],
    ["strong encryption", 'entry "a" is encrypted', [{ ...entry, flags: 0x41 }]],
    ["masked headers", 'entry "a" is encrypted', [{ ...entry, flags: 0x2000 }]],
    ["another method", "has compression method 12", [{ ...entry, method: 12 }]],
    ["a symbolic link", "is no plain file: mode 120777", [{ ...entry, mode: 0o120777 }]],
    ["a symbolic link made on DOS", "is no plain file", [{ ...entry, mode: 0o120777, system: 0 }]],
    ["a device", "is no plain file: mode 20666", [{ ...entry, mode: 0o020666 }]],
    ["a directory's mode on a file", "is no plain file", [{ ...entry, mode: 0o040755 }]],
    ["a directory with contents", "is a directory with contents", [{ ...entry, name: "a/" }]],
    ["the same name twice", 'entry "a" is there twice', [entry, entry]],
    ["a file and a directory of one name", "is there twice", [entry, { name: "a/", mode: 0o040755 }]],
    ["names equal in NFC", "is there twice", [{ name: "\u00e9" }, { name: "e\u0301" }]],
    ["a file where a folder is needed", 'entry "a" is a file, and "a/b" needs', [{ name: "a/b" }, entry]],
    ["the same, with names between", 'entry "a" is a file', [entry, { name: "a.b" }, { name: "a/b" }]],
    ["..", 'has a ".." part', [{ ...entry, name: "a/../b" }]],
    ["... at the end", 'has a ".." part', [{ ...entry, name: "a/.." }]],
    [".", 'has a "." part', [{ ...entry, name: "./a" }]],
    ["an absolute name", "has an absolute name", [{ ...entry, name: "/etc/passwd" }]],
    ["a backslash", "has a backslash", [{ ...entry, name: "a\\b" }]],
    ["NUL", "has a NUL", [{ ...entry, name: "a\0b" }]],
    ["a drive letter", "has a drive letter", [{ ...entry, name: "C:a" }]],
    ["an empty part", "has an empty part", [{ ...entry, name: "a//b" }]],
    ["an empty name", "has an empty part", [{ ...entry, name: "" }]],
    ["a name that no file system takes", "longer than 255 bytes", [{ ...entry, name: "é".repeat(128) }]],
    ["an endless name", "longer than 1024 bytes", [{ ...entry, name: "a/".repeat(600) + "b" }]],
    ["a name that is not UTF-8", "is not UTF-8", [{ ...entry, name: Buffer.of(0x61, 0xff), flags: 0x800 }]],
    ["an unmarked name", "is not marked as UTF-8", [{ ...entry, name: Buffer.from("é"), flags: 0 }]],
    ["another local name", 'is called "b" in its local header', [{ ...entry, localName: "b" }]],
    ["another local method", "another compression method", [{ ...entry, localMethod: 0 }]],
    ["a local descriptor only", "other flags", [{ ...entry, localFlags: 8 }]],
    ["another local size", "another checksum or size", [{ ...entry, local: { size: 1 } }]],
    ["another local checksum", "another checksum or size", [{ ...entry, local: { crc32: 1 } }]],
    ["zip64 locally without its field", "lacks the zip64 field", [{ ...entry, local: { size: 0xffffffff } }]],
    ["zip64 without its field", "lacks the zip64 field", [{ ...entry, size: 0xffffffff }]],
    [
      "a short zip64 field",
      "lacks the zip64 field",
      [{ ...entry, size: 0xffffffff, compressedSize: 0xffffffff, extra: zip64Extra(text.length) }],
    ],
    ["a huge zip64 number", "unpacks to", [{ ...entry, size: 0xffffffff, extra: zip64Extra(2 ** 40) }]],
    [
      "an impossible zip64 number",
      "impossible number",
      [
        {
          ...entry,
          size: 0xffffffff,
          extra: Buffer.from([1, 0, 8, 0, 255, 255, 255, 255, 255, 255, 255, 255]),
        },
      ],
    ],
    ["a broken extra field", "broken extra field", [{ ...entry, extra: Buffer.from([9, 9, 200, 0]) }]],
    [
      "a second name",
      "a second name",
      [{ ...entry, extra: Buffer.from([0x75, 0x70, 6, 0, 1, 0, 0, 0, 0, 0x62]) }],
    ],
    ["sizes of a stored entry that differ", "its two sizes differ", [{ ...entry, method: 0, size: 3 }]],
    ["an entry on another disk", "is on disk 1", [{ ...entry, disk: 1 }]],
    [
      "entries that share data",
      'entry "a" overlaps what follows',
      [entry, { ...entry, name: "b", offset: 0 }],
    ],
    [
      "an entry inside another",
      'entry "a" overlaps',
      [
        {
          ...entry,
          method: 0,
          compressedSize: 2000,
          size: 2000,
          local: { size: 2000, compressedSize: 2000 },
        },
        { name: "b", contents: "b".repeat(3000), method: 0 },
      ],
    ],
    ["data beyond the end", "reaches beyond", [{ ...entry, compressedSize: 5000, size: 9000 }]],
    ["an offset to nowhere", "unknown bytes before it", [{ ...entry, offset: 7 }]],
    ["an offset beyond the end", "unknown bytes before it", [{ ...entry, offset: 0x7fffffff }]],
    [
      "hidden bytes between entries",
      'entry "b" has unknown bytes',
      [entry, { ...entry, name: "b", gap: makeZip([entry]) }],
    ],
    [
      "hidden bytes before the directory",
      "unknown bytes before its central",
      [entry],
      { gap: Buffer.alloc(9) },
    ],
    [
      "a wrong descriptor",
      "wrong data descriptor",
      [{ ...entry, flags: 8, descriptor: descriptor(crc32(text), 1, text.length) }],
    ],
    ["a missing descriptor", "wrong data descriptor", [{ ...entry, flags: 8 }]],
    [
      "bytes behind a descriptor",
      "wrong data descriptor",
      [
        {
          ...entry,
          flags: 8,
          descriptor: Buffer.concat([descriptor(crc32(text), ...sizes), Buffer.alloc(5)]),
        },
      ],
    ],
    [
      "more entries than told",
      "holds more than the 1 entries",
      [entry, { ...entry, name: "b" }],
      {
        end: (record) => {
          record.writeUInt16LE(1, 8);
          record.writeUInt16LE(1, 10);
        },
      },
    ],
    [
      "fewer entries than told",
      "is broken at entry 2",
      [{ ...entry, comment: "x".repeat(50) }],
      {
        end: (record) => {
          record.writeUInt16LE(2, 8);
          record.writeUInt16LE(2, 10);
        },
      },
    ],
    [
      "far fewer entries than told",
      "claims 60000 entries",
      [entry],
      {
        end: (record) => {
          record.writeUInt16LE(60000, 8);
          record.writeUInt16LE(60000, 10);
        },
      },
    ],
    ["several disks", "split over several files", [entry], { end: (record) => record.writeUInt16LE(1, 4) }],
    [
      "entries on other disks",
      "split over several",
      [entry],
      { end: (record) => record.writeUInt16LE(9, 10) },
    ],
    ["bytes behind the end", "does not end where", [entry], { suffix: Buffer.from("x") }],
    [
      "a comment longer than told",
      "does not end where",
      [entry],
      {
        comment: "abc",
        end: (record) => record.writeUInt16LE(2, 20),
      },
    ],
    [
      "an end record in the comment",
      "does not end where",
      [entry],
      {
        comment: Buffer.from("PK\x05\x06 and eighteen bytes"),
      },
    ],
    ["a whole zip in the comment", "its central directory ends at", [entry], { comment: makeZip([entry]) }],
    ["a program before the zip", "unknown bytes before it", [entry], { prefix: Buffer.from("#!/bin/sh\n") }],
    [
      "a directory that does not reach its end",
      "its central directory ends at",
      [entry],
      {
        directoryGap: Buffer.alloc(4),
      },
    ],
    [
      "two end records that differ",
      "its two end records differ: count 1 and 2",
      [entry],
      {
        zip64: (record) => {
          record.writeBigUInt64LE(2n, 24);
          record.writeBigUInt64LE(2n, 32);
        },
        end: (record) => record.writeUInt16LE(1, 10),
      },
    ],
    [
      "a zip64 locator to nowhere",
      "has no zip64 end record",
      [entry],
      {
        zip64: (record) => record.writeBigUInt64LE(3n, 64),
      },
    ],
    [
      "a zip64 record of a wrong size",
      "has the wrong size",
      [entry],
      {
        zip64: (record) => record.writeBigUInt64LE(45n, 4),
      },
    ],
    [
      "zip64 on several disks",
      "split over several",
      [entry],
      { zip64: (record) => record.writeUInt32LE(2, 72) },
    ],
    [
      "too many entries",
      "has 200001 entries, over 200000",
      [],
      {
        zip64: (record) => {
          record.writeBigUInt64LE(200_001n, 24);
          record.writeBigUInt64LE(200_001n, 32);
          record.writeBigUInt64LE(200_001n * 46n, 40);
          record.writeBigUInt64LE(200_001n * 46n, 64);
        },
        prefix: Buffer.alloc(0),
        directoryGap: Buffer.alloc(200_001 * 46),
      },
    ],
  ];
  test.each(cases.map(([title, ...rest]) => ({ title, rest })))("$title", ({ rest }) => {
    const [message, entries, options] = rest;
    const read = (): unknown => readZip(makeZip(entries, options), "a.whl");
    expect(read).toThrow(BrigError);
    expect(read).toThrow(`a.whl: `);
    expect(read).toThrow(message);
  });

  test("no zip at all", () => {
    expect(() => readZip(Buffer.alloc(0), "a.whl")).toThrow("a.whl: is not a zip");
    expect(() => readZip(Buffer.from("PK\x05\x06"), "a.whl")).toThrow("a.whl: is not a zip");
    expect(() => readZip(Buffer.alloc(100_000, "<html>"), "a.whl")).toThrow("a.whl: is not a zip");
  });

  test("control characters of a name do not reach the terminal", () => {
    const name = "\u001b[31m\u009b\u202e..";
    expect(() => readZip(makeZip([{ name }, { name }]), "a.whl")).toThrow(
      String.raw`"\u001b[31m\u009b\u202e.." is there twice`,
    );
  });
});

describe("contents that are refused", () => {
  test.each<[string, TestEntry]>([
    ["has a wrong checksum", { name: "a", contents: text, crc32: 5 }],
    ["cannot be inflated", { name: "a", contents: text, packed: Buffer.from("no deflate") }],
    ["cannot be inflated", { name: "a", contents: text, packed: packed.subarray(0, 10) }],
    ["cannot be inflated", { name: "a", contents: text.slice(0, 5), packed }],
    ["cannot be inflated", { name: "a", contents: "", packed: deflateRawSync(Buffer.alloc(1 << 20)) }],
    ["has 27 bytes, not 28", { name: "a", contents: `${text}!`, packed }],
    ["unknown bytes behind its data", { name: "a", contents: text, packed: Buffer.concat([packed, packed]) }],
  ])("%s", (message, entry) => {
    const extract = (): unknown => contentsOf(makeZip([entry]));
    expect(extract).toThrow(BrigError);
    expect(extract).toThrow(message);
  });
});

test("whatever single byte is changed, nothing but a BrigError is thrown and no name escapes", () => {
  const whole = makeZip(
    [
      { name: "pkg/a.py", contents: text },
      { name: "pkg/b.py", contents: "stored", method: 0, localExtra: zip64Extra(6, 6), extra: zip64Extra(6) },
      { name: "é", contents: text, flags: 0x808, descriptor: descriptor(crc32(text), ...sizes) },
    ],
    { zip64: true, comment: "c" },
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.option(fc.nat(whole.length)),
      (changes, cut) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        const hostile = cut === null ? bytes : bytes.subarray(0, cut);
        try {
          for (const member of readZip(hostile, "a.whl")) {
            expect(posix.join("/tree", member.name)).toBe(`/tree/${member.name}`);
            extractMember(hostile, member, "a.whl");
          }
        } catch (error) {
          if (!(error instanceof BrigError)) throw error;
        }
      },
    ),
    { numRuns: 3000 },
  );
});

test("the time grows with the number of entries, not faster", () => {
  const entries = Array.from({ length: 100_000 }, (_, index) => ({
    path: `folder${index % 500}/a/b/c/file${index}`,
    executable: false,
    method: 0 as const,
    crc32: 0,
    size: 0,
    data: Buffer.alloc(0),
  }));
  const bytes = packEntries(entries);
  const started = performance.now();
  expect(readZip(bytes, "a.whl")).toHaveLength(100_000);
  expect(performance.now() - started).toBeLessThan(10_000);
});
