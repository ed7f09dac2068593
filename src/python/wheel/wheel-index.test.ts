import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateRawSync, inflateRawSync } from "node:zlib";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { BrigError } from "../../errors.ts";
import type { Archive } from "../../zip/archive.ts";
import { findTestPython } from "../../zip/test-python.ts";
import { type TestEntry, descriptor, zip64Extra } from "../../zip/test-zip.ts";
import { type TestWheel, makeWheel, recordRow } from "./test-wheel.ts";
import { indexWheel } from "./wheel-index.ts";

const wheelFile = "demo-1.0-py3-none-any.whl";

function index(wheel: TestWheel, file = wheelFile): Archive {
  const bytes = makeWheel(wheel);
  return indexWheel(bytes, join("/store", file), createHash("sha256").update(bytes).digest("hex"));
}

function pathsOf(wheel: TestWheel, file?: string): readonly string[] {
  return index(wheel, file).entries.map((entry) => entry.path);
}

const metadata = ["demo-1.0.dist-info/METADATA", "demo-1.0.dist-info/WHEEL"];

test("an archive says where each file's bytes are, compressed and not", () => {
  const contents = "print('hello, hello, hello')\n";
  const wheel = { entries: [{ name: "demo/__init__.py", contents, mode: 0o100755 }] };
  const bytes = makeWheel(wheel);
  const pieces: Uint8Array[] = [];
  const archive = indexWheel(bytes, `/store/${wheelFile}`, "ab".repeat(32), wheelFile, (piece) =>
    pieces.push(piece),
  );
  const unpacked = Buffer.concat(pieces);
  expect(archive).toMatchObject({ file: `/store/${wheelFile}`, sha256: "ab".repeat(32), size: bytes.length });
  const entry = archive.entries.find((candidate) => candidate.path === "demo/__init__.py");
  expect(entry).toEqual({
    path: "demo/__init__.py",
    executable: true,
    method: 8,
    crc32: crc32(contents),
    size: contents.length,
    compressedSize: deflateRawSync(contents).length,
    offset: 30 + "demo/__init__.py".length,
    unpackedOffset: unpacked.indexOf(contents),
    sha256: createHash("sha256").update(contents).digest("hex"),
  });
  expect(bytes.subarray(entry?.offset, (entry?.offset ?? 0) + (entry?.compressedSize ?? 0))).toEqual(
    deflateRawSync(contents),
  );
  for (const { sha256, size, unpackedOffset } of archive.entries) {
    const piece = unpacked.subarray(unpackedOffset, unpackedOffset + size);
    expect(createHash("sha256").update(piece).digest("hex")).toBe(sha256);
  }
});

test("the name can be told apart from the path", () => {
  const bytes = makeWheel();
  expect(indexWheel(bytes, "/store/0123abcd", "", wheelFile).entries).toHaveLength(2);
});

describe("where files go", () => {
  test("entries are sorted bytewise", () => {
    const entries = ["b.py", "a/b", "a.py", "B", "é", "𝄞", "\uff5e"].map((name) => ({ name }));
    expect(pathsOf({ entries })).toEqual(["B", "a.py", "a/b", "b.py", ...metadata, "é", "\uff5e", "𝄞"]);
  });

  test("purelib, platlib and data go to the root, scripts and headers nowhere", () => {
    const entries = ["purelib/a.py", "platlib/b.so", "data/etc/c", "scripts/d", "headers/e.h"].map(
      (name) => ({
        name: `demo-1.0.data/${name}`,
      }),
    );
    expect(pathsOf({ entries })).toEqual(["a.py", "b.so", ...metadata, "etc/c"]);
  });

  test("another folder of .data is refused", () => {
    expect(() => index({ entries: [{ name: "demo-1.0.data/lib/x" }] })).toThrow('"lib" is no folder that');
    expect(() => index({ entries: [{ name: "demo-1.0.data/constructor/x" }] })).toThrow(
      '"constructor" is no',
    );
    expect(() => index({ entries: [{ name: "demo-1.0.data/x" }] })).toThrow('"x" is no folder');
    expect(() => index({ entries: [{ name: "demo-1.0.data/data" }] })).toThrow('"data" is no folder');
    expect(() => index({ entries: [{ name: "other-1.0.data/data/x" }] })).toThrow(
      "belongs to another project",
    );
  });

  test("bin/ and include/ are left out, at the root only, wherever they come from", () => {
    const names = [
      "bin/run",
      "include/a.h",
      "demo-1.0.data/data/bin/run2",
      "demo/bin/x",
      "demo/include/y",
      "binary/z",
    ];
    expect(pathsOf({ entries: names.map((name) => ({ name })) })).toEqual([
      "binary/z",
      ...metadata,
      "demo/bin/x",
      "demo/include/y",
    ]);
  });

  test("what installers write is left out of the wheel's own dist-info, and nowhere else", () => {
    const files = ["INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "uv_build.json"];
    const distInfo = Object.fromEntries(files.map((file) => [file, "x"]));
    const kept = ["entry_points.txt", "licenses/LICENSE", "licenses/RECORD", "top_level.txt"];
    const keptDistInfo = Object.fromEntries(kept.map((file) => [file, "x"]));
    const vendored = [...files, "RECORD"].map((file) => `demo/_vendor/other-2.0.dist-info/${file}`);
    expect(
      pathsOf({ distInfo: { ...distInfo, ...keptDistInfo }, entries: vendored.map((name) => ({ name })) }),
    ).toEqual([...metadata, ...kept.map((file) => `demo-1.0.dist-info/${file}`), ...vendored].toSorted());
  });

  test("__pycache__ is left out, a module that is only bytecode is not", () => {
    const names = [
      "demo/__pycache__/a.cpython-313.pyc",
      "__pycache__/b.pyc",
      "demo/only.pyc",
      "demo/__pycache__.py",
    ];
    expect(pathsOf({ entries: names.map((name) => ({ name })) })).toEqual([
      ...metadata,
      "demo/__pycache__.py",
      "demo/only.pyc",
    ]);
  });

  test("directory entries are dropped", () => {
    expect(pathsOf({ entries: [{ name: "demo/", mode: 0o040755, method: 0 }, { name: "demo/a" }] })).toEqual([
      ...metadata,
      "demo/a",
    ]);
  });

  test("one path from two places: the same file once, different files never", () => {
    const root = { name: "a.py", contents: "1" };
    const entries = (contents: string, mode = 0o100644): TestEntry[] => [
      root,
      { name: "demo-1.0.data/purelib/a.py", contents, mode },
    ];
    expect(pathsOf({ entries: entries("1") })).toEqual(["a.py", ...metadata]);
    expect(() => index({ entries: entries("2") })).toThrow('becomes "a.py"');
    expect(() => index({ entries: entries("1", 0o100755) })).toThrow('becomes "a.py"');
    const below = [root, { name: "demo-1.0.data/data/a.py/b" }];
    expect(() => index({ entries: below })).toThrow('entry "a.py" is a file');
  });

  test("only an execute bit of a regular file counts", () => {
    const modes = [0o100644, 0o100600, 0o600, 0o100755, 0o100711, 0o100666, 0o100777, 0o755, 0];
    const entries = modes.map((mode, at) => ({ name: `f${at}`, mode }));
    const dos = { name: "f9", mode: 0o100755, system: 0 };
    const executables = index({ entries: [...entries, dos] }).entries.filter((entry) => entry.executable);
    expect(executables.map((entry) => entry.path)).toEqual(["f3", "f4", "f6"]);
  });
});

describe("what a wheel must say of itself", () => {
  const cases: readonly { title: string; message: string; wheel: TestWheel; file?: string }[] = [
    { title: "a file name that is none", message: "is no file name of a wheel", wheel: {}, file: "demo.whl" },
    { title: "no dist-info", message: "has 0 .dist-info folders", wheel: { folder: "demo" } },
    {
      title: "two dist-infos",
      message: "has 2 .dist-info folders",
      wheel: { entries: [{ name: "other-1.0.dist-info/METADATA" }] },
    },
    {
      title: "a dist-info of another project",
      message: '"other-1.0.dist-info" belongs to another',
      wheel: { folder: "other-1.0.dist-info" },
    },
    {
      title: "a dist-info of another version",
      message: '"demo-1.1.dist-info" belongs to another',
      wheel: { folder: "demo-1.1.dist-info" },
    },
    { title: "no WHEEL", message: "lacks demo-1.0.dist-info/WHEEL", wheel: { distInfo: { WHEEL: null } } },
    {
      title: "no METADATA",
      message: "lacks demo-1.0.dist-info/METADATA",
      wheel: { distInfo: { METADATA: null } },
    },
    { title: "no RECORD", message: "lacks demo-1.0.dist-info/RECORD", wheel: { distInfo: { RECORD: null } } },
    {
      title: "a format of the future",
      message: 'Wheel-Version "2.0"',
      wheel: { distInfo: { WHEEL: "Wheel-Version: 2.0\n" } },
    },
    { title: "no version of the format", message: "Wheel-Version null", wheel: { distInfo: { WHEEL: "" } } },
    {
      title: "another name in METADATA",
      message: 'METADATA has the name "other"',
      wheel: { distInfo: { METADATA: "Name: other\nVersion: 1.0\n" } },
    },
    {
      title: "another version in METADATA",
      message: 'METADATA has the version "1.0.1"',
      wheel: { distInfo: { METADATA: "Name: demo\nVersion: 1.0.1\n" } },
    },
    {
      title: "a name in the text of METADATA only",
      message: "METADATA has the name null",
      wheel: { distInfo: { METADATA: "Version: 1.0\n\nName: demo\n" } },
    },
  ];
  test.each(cases)("$title", ({ message, wheel, file }) => {
    expect(() => index(wheel, file)).toThrow(BrigError);
    expect(() => index(wheel, file)).toThrow(message);
  });

  test("names and versions may be spelt differently", () => {
    const wheel = {
      folder: "Demo_Tool-1.0.0.dist-info",
      distInfo: { METADATA: "\u{feff}metadata-version: 2.1\r\nNAME: Demo.Tool\r\nversion:  v1\r\n\r\n" },
    };
    expect(pathsOf(wheel, "demo_tool-1.0-1-py2.py3-none-any.whl")).toHaveLength(2);
    const hyphens = { name: "demo-tool", version: "1.0-1" };
    expect(pathsOf(hyphens, "demo_tool-1.0.post1-py3-none-any.whl")).toHaveLength(2);
  });

  test("the hint is another version", () => {
    const hint = 'add "demo != 1.0" to requirements.txt, then: brig lock';
    for (const wheel of [{ distInfo: { WHEEL: null } }, { entries: [{ name: "../a" }] }]) {
      expect(() => index(wheel)).toThrow(expect.objectContaining({ code: "wheel-invalid", hint }));
    }
  });
});

function replaced(row: string): (rows: string[]) => string[] {
  return (rows) => [row, ...rows.slice(1)];
}

describe("RECORD", () => {
  const file = { name: "a.py", contents: "1" };
  const other = { name: "a.py", contents: "2" };
  const entries = [file];
  test.each<[string, string, TestWheel]>([
    ["a file that is not listed", '"a.py" is not in RECORD', { entries, record: (rows) => rows.slice(1) }],
    ["a wrong hash", "has another sha256", { entries, record: replaced(recordRow(other)) }],
    ["a wrong sha512", "has another sha512", { entries, record: replaced(recordRow(other, "sha512")) }],
    [
      "a wrong size",
      "has 1 bytes, not 2 as",
      { entries, record: replaced(recordRow(file).replace(/1$/, "2")) },
    ],
    ["no hash", "has no sha256 in RECORD", { entries, record: replaced("a.py,,") }],
    ["a weak hash", "has no sha256 in RECORD", { entries, record: replaced(recordRow(file, "md5")) }],
    ["a hash twice", "stands twice in RECORD", { entries, record: (rows) => [recordRow(other), ...rows] }],
    ["a file that is not there", "is not there", { record: (rows) => [recordRow(file), ...rows] }],
    ["an open quote", "RECORD is broken", { entries, record: replaced('"a.py,sha256=x,1') }],
    ["a short row", "RECORD is broken", { entries, record: replaced("a.py,sha256=x") }],
    ["text behind a quote", "RECORD is broken", { entries, record: replaced('"a.py"x,sha256=x,1') }],
  ])("%s", (_, message, wheel) => {
    expect(() => index(wheel)).toThrow(message);
  });

  test.each<[string, TestWheel]>([
    ["stronger hashes", { entries, record: replaced(recordRow(file, "sha384")) }],
    ["no size", { entries, record: replaced(recordRow(file).replace(/1$/, "")) }],
    ["Windows line ends", { entries, record: (rows) => rows.map((row) => `${row}\r`) }],
    [
      "blank lines, folders and a row twice",
      { entries, record: (rows) => ["", "demo/,,", ...rows, ...rows] },
    ],
    ["quotes and commas", { entries: [{ name: 'a",\n.py', contents: "1" }] }],
    ["signatures without hashes", { distInfo: { "RECORD.jws": "x" }, record: (rows) => rows.slice(0, -1) }],
  ])("%s: fine", (_, wheel) => {
    expect(index(wheel).entries).toHaveLength(3);
  });
});

test("whatever bytes are changed, a wheel is indexed rightly or refused", () => {
  const whole = makeWheel({
    entries: [
      { name: "demo/a.py", contents: "x = 1\n".repeat(30) },
      { name: "demo-1.0.data/data/b", contents: "b", method: 0 },
    ],
  });
  const expected = indexWheel(whole, wheelFile, "").entries.map(({ path, sha256 }) => [path, sha256]);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }),
      (changes) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of changes) bytes[at] = value;
        let found = expected;
        try {
          found = indexWheel(bytes, wheelFile, "").entries.map(({ path, sha256 }) => [path, sha256]);
        } catch (error) {
          if (!(error instanceof BrigError)) throw error;
        }
        expect(found).toEqual(expected);
      },
    ),
    { numRuns: 2000 },
  );
});

const python = findTestPython("pip");

describe.skipIf(python === undefined)("against pip", () => {
  const folder = mkdtempSync(join(tmpdir(), "brig-wheel-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("a wheel with every trap gives the tree of pip install --target, less what is left out", () => {
    const text = "x = 1\n".repeat(20);
    const size = [deflateRawSync(text).length, text.length] as const;
    const full = { size: 0xffffffff, compressedSize: 0xffffffff };
    const bytes = makeWheel({
      entries: [
        { name: "demo/", method: 0, mode: 0o040755 },
        { name: "demo/__init__.py", contents: text, mode: 0o100600 },
        { name: "demo/odd.py", contents: text, mode: 0o600 },
        { name: "demo/dos.py", contents: text, mode: 0, system: 0 },
        { name: "demo/run.sh", contents: "#!/bin/sh\n", mode: 0o100775 },
        { name: "demo/bare.sh", contents: "#!/bin/sh\n", mode: 0o755 },
        { name: "demo/stored.bin", contents: text, method: 0 },
        { name: "demo/empty" },
        { name: "demo/flagged.py", contents: text, flags: 0x800 },
        { name: "demo/é.txt", contents: text },
        { name: "demo/zip64.py", contents: text, local: full, localExtra: zip64Extra(size[1], size[0]) },
        { name: "demo/streamed.py", contents: text, flags: 8, descriptor: descriptor(crc32(text), ...size) },
        { name: "demo-1.0.data/data/etc/demo.conf", contents: text },
        { name: "demo-1.0.data/platlib/demo/more.py", contents: text },
        { name: "demo-1.0.data/purelib/single.py", contents: text },
        { name: "demo-1.0.data/scripts/tool", contents: "#!python\n", mode: 0o100755 },
        { name: "demo-1.0.data/headers/demo.h", contents: text },
      ],
      distInfo: { "entry_points.txt": "[console_scripts]\ndemo = demo:run\n" },
    });
    const file = join(folder, wheelFile);
    writeFileSync(file, bytes);
    const target = join(folder, "target");
    mkdirSync(target);
    const result = spawnSync(
      python ?? "",
      [
        "-m",
        "pip",
        "install",
        "--target",
        target,
        "--no-compile",
        "--no-deps",
        "--no-index",
        "--no-cache-dir",
        file,
      ],
      { encoding: "utf8" },
    );
    expect(result).toMatchObject({ status: 0 });

    const archive = indexWheel(bytes, file, createHash("sha256").update(bytes).digest("hex"));
    const ours = archive.entries.map((entry) => {
      const packed = bytes.subarray(entry.offset, entry.offset + entry.compressedSize);
      const contents = entry.method === 8 ? inflateRawSync(packed) : packed;
      return [entry.path, entry.executable, contents.toString()];
    });
    const left = /^(?:bin|include)\/|^demo-1\.0\.dist-info\/(?:RECORD|INSTALLER|REQUESTED|direct_url\.json)$/;
    const theirs = readdirSync(target, { recursive: true, encoding: "utf8" })
      .filter((path) => statSync(join(target, path)).isFile() && !left.test(path))
      .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .map((path) => [
        path,
        (statSync(join(target, path)).mode & 0o111) !== 0,
        readFileSync(join(target, path), "utf8"),
      ]);
    expect(ours).toEqual(theirs);
    expect(ours.length).toBe(17);
  });
});
