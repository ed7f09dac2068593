import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { compress } from "./deflate.ts";
import { findNameConflict, findNameFault } from "./entry-name.ts";
import { extractMember } from "./extract.ts";
import { readZip } from "./reader.ts";
import { findTestPython, runTestPython } from "./test-python.ts";
import { type PackEntry, centralHeader, endRecords, packEntries } from "./writer.ts";

const folder = mkdtempSync(join(tmpdir(), "brig-writer-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function packEntry(path: string, contents: Uint8Array, executable: boolean): PackEntry {
  return { path, executable, size: contents.length, crc32: crc32(contents), ...compress(contents) };
}

const part = fc.string({
  unit: fc.oneof(
    fc.constantFrom("a", "b", "B", "-", ".", "_", " ", "é", "语", "\ue000", "𝄞"),
    fc.string({ minLength: 1, maxLength: 1 }),
  ),
  minLength: 1,
  maxLength: 6,
});

interface TestFile {
  readonly path: string;
  readonly contents: Uint8Array;
  readonly executable: boolean;
}

const tree = fc
  .uniqueArray(
    fc.record({
      path: fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/")),
      contents: fc.oneof(
        fc.uint8Array({ maxLength: 50 }),
        fc.nat(5000).map((size) => new Uint8Array(size).fill(65)),
      ),
      executable: fc.boolean(),
    }),
    { maxLength: 20, selector: (file) => file.path },
  )
  .map((files) => files.filter((file) => !file.path.endsWith("/") && findNameFault(file.path) === undefined))
  .filter((files) => findNameConflict(files.map((file) => file.path)) === undefined);

const python = findTestPython("zipfile");

/** What Python's zipfile sees in each of the zips. */
const zipfileProgram = `
import json, sys, zipfile
answer = []
for file in json.load(sys.stdin):
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        assert archive.comment == b""
        answer.append([
            [info.filename, list(archive.read(info)), info.external_attr >> 16, list(info.date_time), info.create_system,
             info.create_version, info.extract_version, info.flag_bits, info.extra.hex(), info.comment.hex()]
            for info in archive.infolist()
        ])
json.dump(answer, sys.stdout)
`;

describe("random trees", () => {
  test("are read back by brig's own reader as they were", () => {
    fc.assert(
      fc.property(tree, (files) => {
        const bytes = packEntries(files.map((file) => packEntry(file.path, file.contents, file.executable)));
        const members = readZip(bytes, "a.zip");
        expect(
          members.map((member) => ({
            path: member.name,
            contents: new Uint8Array(extractMember(bytes, member, "a.zip")),
            executable: member.mode === 0o100755,
          })),
        ).toEqual(sorted(files));
      }),
    );
  });

  test.skipIf(python === undefined)("are read by Python's zipfile as they were", () => {
    fc.assert(
      fc.property(fc.array(tree, { minLength: 10, maxLength: 20 }), (trees) => {
        const zips = trees.map((files, index) => writeZip(`tree${index}.zip`, files));
        const expected = trees.map((files) =>
          sorted(files).map((file) => [
            file.path,
            [...file.contents],
            file.executable ? 0o100755 : 0o100644,
            [1980, 1, 1, 0, 0, 0],
            3,
            20,
            20,
            /^\p{ASCII}*$/u.test(file.path) ? 0 : 0x800,
            "",
            "",
          ]),
        );
        expect(runTestPython(python ?? "", zipfileProgram, zips)).toEqual(expected);
      }),
      { numRuns: 4 },
    );
  });

  test.skipIf(spawnSync("unzip", ["-v"]).status !== 0)("pass unzip -t, and zipinfo finds nothing odd", () => {
    for (const files of fc.sample(tree, 15)) {
      if (files.length === 0) continue;
      const zip = writeZip("tested.zip", files);
      expect(spawnSync("unzip", ["-tqq", zip], { encoding: "utf8" })).toMatchObject({
        status: 0,
        stderr: "",
      });
      const lines = spawnSync("zipinfo", [zip], { encoding: "utf8" }).stdout.split("\n").slice(2, -2);
      expect(lines).toHaveLength(files.length);
      for (const line of lines) {
        expect(line).toMatch(/^-rw(-r--r--|xr-xr-x) {2}2\.0 unx +\d+ b(-|x) (defN|stor) 80-Jan-01 00:00 /);
      }
    }
  });

  test("give the same zip in any order", () => {
    fc.assert(
      fc.property(tree, (files) => {
        const entries = files.map((file) => packEntry(file.path, file.contents, file.executable));
        expect(Buffer.compare(packEntries(entries), packEntries(entries.toReversed()))).toBe(0);
      }),
    );
  });
});

function sorted(files: readonly TestFile[]): readonly TestFile[] {
  return files.toSorted((left, right) => Buffer.compare(Buffer.from(left.path), Buffer.from(right.path)));
}

function writeZip(name: string, files: readonly TestFile[]): string {
  const zip = join(folder, name);
  writeFileSync(zip, packEntries(files.map((file) => packEntry(file.path, file.contents, file.executable))));
  return zip;
}

function emptyEntries(count: number): PackEntry[] {
  const empty = packEntry("", Buffer.alloc(0), false);
  return Array.from({ length: count }, (_, index) => ({ ...empty, path: `f${index}` }));
}

test("an empty zip is its end record", () => {
  expect(packEntries([]).toString("hex")).toBe(`504b0506${"00".repeat(18)}`);
});

test("a zip is these very bytes", () => {
  const bytes = packEntries([packEntry("run", Buffer.from("hi"), true)]);
  expect(bytes.toString("hex")).toBe(
    [
      "504b0304 1400 0000 0000 0000 2100 ac2a93d8 02000000 02000000 0300 0000 72756e 6869",
      "504b0102 1403 1400 0000 0000 0000 2100 ac2a93d8 02000000 02000000 0300 0000 0000 0000 0000",
      "0000ed81 00000000 72756e",
      "504b0506 0000 0000 0100 0100 31000000 23000000 0000",
    ]
      .join("")
      .replaceAll(" ", ""),
  );
});

describe("zip64", () => {
  test("is not used up to 65,535 entries, and is beyond", () => {
    const mark = Buffer.from("PK\x06\x06");
    const most = packEntries(emptyEntries(65_535));
    expect(most.includes(mark)).toBe(false);
    expect(readZip(most, "most.zip")).toHaveLength(65_535);
    const more = packEntries(emptyEntries(65_536));
    expect(more.includes(mark)).toBe(true);
    expect(readZip(more, "more.zip")).toHaveLength(65_536);
  });

  test.skipIf(python === undefined)("with many entries is understood by Python", () => {
    const zip = join(folder, "many.zip");
    writeFileSync(zip, packEntries(emptyEntries(65_600)));
    const program = "import json, sys, zipfile; print(len(zipfile.ZipFile(json.load(sys.stdin)).namelist()))";
    expect(runTestPython(python ?? "", program, zip)).toBe(65_600);
  });

  test("holds offsets from 4 GiB on", () => {
    const header = packEntry("a", Buffer.alloc(0), false);
    const central = (offset: number): Buffer => centralHeader({ ...header, compressedSize: 0 }, offset);
    expect(central(0xfffffffe).length).toBe(47);
    const far = central(5 * 2 ** 30);
    expect(far.length).toBe(59);
    expect(far.readUInt16LE(6)).toBe(45);
    expect(far.readUInt32LE(42)).toBe(0xffffffff);
    expect(far.readUInt16LE(47)).toBe(1);
    expect(far.readBigUInt64LE(51)).toBe(BigInt(5 * 2 ** 30));
    const end = endRecords({ count: 1, offset: 5 * 2 ** 30, size: 59 });
    expect(end.length).toBe(98);
    expect(end.readBigUInt64LE(48)).toBe(BigInt(5 * 2 ** 30));
    expect(end.readBigUInt64LE(64)).toBe(BigInt(5 * 2 ** 30 + 59));
  });
});
