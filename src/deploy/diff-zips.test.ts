import { expect, test } from "vitest";
import { makeZip, type TestEntry } from "../zip/test-zip.ts";
import { diffZips } from "./diff-zips.ts";

const zip = (...entries: TestEntry[]) => ({ name: "x.zip", bytes: makeZip(entries) });

test("another order and compression make no difference", () => {
  const left = zip({ name: "a", contents: "aaaa" }, { name: "b", contents: "b" });
  const right = zip(
    { name: "b", contents: "b" },
    { name: "d/", method: 0 },
    { name: "a", contents: "aaaa", method: 0 },
  );
  expect(diffZips(left, right)).toEqual([]);
});

test("contents, modes and missing files are named, bytecode last", () => {
  const left = zip(
    { name: "__pycache__/a.cpython-313.pyc", contents: "1" },
    { name: "a.py", contents: "1" },
    { name: "only.py" },
    { name: "run", mode: 0o100755 },
    { name: "same", contents: "x" },
  );
  const right = zip(
    { name: "__pycache__/a.cpython-313.pyc", contents: "2" },
    { name: "a.py", contents: "2" },
    { name: "more.py" },
    { name: "run", mode: 0o100644 },
    { name: "same", contents: "x" },
  );
  expect(diffZips(left, right)).toEqual([
    { path: "a.py", kind: "contents", bytecode: false },
    { path: "more.py", kind: "only-right", bytecode: false },
    { path: "only.py", kind: "only-left", bytecode: false },
    { path: "run", kind: "mode", bytecode: false },
    { path: "__pycache__/a.cpython-313.pyc", kind: "contents", bytecode: true },
  ]);
});

test("a compiled module without a source is code like any other", () => {
  expect(diffZips(zip({ name: "extra.pyc", contents: "1" }), zip())).toEqual([
    { path: "extra.pyc", kind: "only-left", bytecode: false },
  ]);
});

test("a symbolic link is compared by where it leads, and is no file of that text", () => {
  const link = (contents: string): TestEntry => ({ name: "link", contents, mode: 0o120777 });
  expect(diffZips(zip(link("a")), zip(link("a")))).toEqual([]);
  for (const other of [link("b"), { name: "link", contents: "a" }]) {
    expect(diffZips(zip(link("a")), zip(other))).toEqual([
      { path: "link", kind: "contents", bytecode: false },
    ]);
  }
});

test("a checksum that is the same does not make contents the same", () => {
  const left = zip({ name: "a", contents: "one", method: 0, crc32: 7 });
  const right = zip({ name: "a", contents: "two", method: 0, crc32: 7 });
  expect(() => diffZips(left, right)).toThrow("checksum");
});

test("what is no zip is refused", () => {
  const broken = { name: "hello", bytes: Buffer.from("no zip") };
  expect(() => diffZips(broken, zip())).toThrow("hello");
});
