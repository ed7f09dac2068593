import { statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sha256Of } from "../store/content.ts";
import { makeTree } from "../workspace/testing.ts";
import { FileHashes } from "./file-hashes.ts";

/** A moment at which what is on the disk now is old. */
const later = (): Date => new Date(Date.now() + 10_000);

describe("FileHashes", () => {
  test("reads a file that was not touched since only once in its life", () => {
    const folder = makeTree({ a: "one" });
    const file = join(folder, "a");
    const read: string[] = [];
    const first = new FileHashes({}, later());
    expect(first.hash(file, (bytes) => read.push(String(bytes)))).toMatchObject({
      sha256: sha256Of("one"),
      size: 3,
    });
    const second = new FileHashes(first.known(), later());
    expect(second.hash(file, (bytes) => read.push(String(bytes)))?.sha256).toBe(sha256Of("one"));
    expect(read).toEqual(["one"]);
  });

  test("sees an edit of the same size whose time was set back", () => {
    const folder = makeTree({ a: "one" });
    const file = join(folder, "a");
    const { atime, mtime } = statSync(file);
    const first = new FileHashes({}, later());
    first.hash(file);
    // ctime tells, where the clock of the file system has moved on.
    const until = Date.now() + 30;
    while (Date.now() < until);
    writeFileSync(file, "two");
    utimesSync(file, atime, mtime);
    expect(new FileHashes(first.known(), later()).hash(file)?.sha256).toBe(sha256Of("two"));
  });

  test("does not believe a file that is so young that it could change again under the same stamp", () => {
    const folder = makeTree({ a: "one" });
    const file = join(folder, "a");
    const first = new FileHashes({}, new Date());
    first.hash(file);
    const read: string[] = [];
    new FileHashes(first.known(), later()).hash(file, (bytes) => read.push(String(bytes)));
    expect(read).toEqual(["one"]);
  });

  test("gives the bytes that were hashed, or none when they are others now", () => {
    const folder = makeTree({ a: "one" });
    const file = join(folder, "a");
    const first = new FileHashes({}, later());
    const { sha256 } = first.hash(file)!;
    expect(String(first.bytes(file, sha256))).toBe("one");
    const second = new FileHashes(first.known(), later());
    second.hash(file);
    writeFileSync(file, "two");
    expect(second.bytes(file, sha256)).toBeUndefined();
  });

  test("a file that is gone, a folder, something below a file: undefined", () => {
    const folder = makeTree({ a: "one" });
    const hashes = new FileHashes({}, later());
    for (const name of ["b", ".", "a/b"]) expect(hashes.hash(join(folder, name)), name).toBeUndefined();
  });
});
