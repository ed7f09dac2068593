import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import type { Context } from "../context.ts";
import { removeLeftovers, replaceLink, writeFileAtomic } from "./atomic-file.ts";
import { temporaryPrefix } from "./temporary-name.ts";
import { contentFile, readVerified, sha256Of, writeContent } from "./content.ts";
import { readChecked, readRecord, writeChecked, writeRecord } from "./record.ts";
import { openStore, storeDirectory } from "./store-directory.ts";
import { writeFault } from "./write-fault.ts";

const room = mkdtempSync(join(tmpdir(), "brig store "));
afterAll(() => rmSync(room, { recursive: true, force: true }));

function contextWith(env: Context["env"]): Context {
  return { cwd: room, env, now: () => new Date(), signal: new AbortController().signal, report: () => {} };
}

test("the store is where BRIG_CACHE_DIR, else XDG_CACHE_HOME, else HOME says", () => {
  const env = { BRIG_CACHE_DIR: "/a", XDG_CACHE_HOME: "/b", HOME: "/c" };
  expect(storeDirectory(env, "/w")).toBe("/a");
  expect(storeDirectory({ ...env, BRIG_CACHE_DIR: "here" }, "/w")).toBe("/w/here");
  expect(storeDirectory({ ...env, BRIG_CACHE_DIR: "" }, "/w")).toBe("/b/brig");
  expect(storeDirectory({ XDG_CACHE_HOME: "relative", HOME: "/c" }, "/w")).toBe("/c/.cache/brig");
  expect(storeDirectory({}, "/w")).toMatch(/\/\.cache\/brig$/);
});

test("a new store is for its owner only and tagged as a cache", async () => {
  const store = await openStore(contextWith({ BRIG_CACHE_DIR: join(room, "new", "store") }));
  expect(statSync(store.folder).mode & 0o777).toBe(0o700);
  expect(readFileSync(join(store.folder, "CACHEDIR.TAG"), "utf8")).toMatch(
    /^Signature: 8a477f597d28d172789f06886806bc55\n/,
  );
});

test("a place where no store can be is refused with the way out", async () => {
  writeFileSync(join(room, "a-file"), "");
  for (const path of ["a-file", "a-file/below"])
    await expect(openStore(contextWith({ BRIG_CACHE_DIR: join(room, path) }))).rejects.toMatchObject({
      code: "store-unwritable",
      hint: expect.stringContaining("export BRIG_CACHE_DIR="),
    });
});

function failed(code: string): unknown {
  return writeFault(Object.assign(new Error("no"), { code }), "/x y/z");
}

test("faults of writing have their codes", () => {
  for (const code of ["ENOSPC", "EDQUOT"]) expect(failed(code)).toMatchObject({ code: "disk-full" });
  for (const code of ["EACCES", "EROFS", "EPERM"])
    expect(failed(code)).toMatchObject({ code: "store-unwritable", hint: expect.stringContaining("'/x y'") });
  expect(failed("EIO")).toMatchObject({ code: "EIO" });
});

test("a failed write leaves the old file and nothing else", async () => {
  const folder = mkdtempSync(join(room, "atomic-"));
  await writeFileAtomic(join(folder, "deep", "file"), "old", { mode: 0o755, sync: true });
  expect(statSync(join(folder, "deep", "file")).mode & 0o777).toBe(0o755 & ~process.umask());
  // A folder in its place cannot be replaced by a file.
  await writeFileAtomic(join(folder, "taken", "below"), "x");
  await expect(writeFileAtomic(join(folder, "taken"), "new")).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
  expect(readdirSync(folder).toSorted()).toEqual(["deep", "taken"]);
  if (process.getuid?.() === 0) return;
  chmodSync(join(folder, "deep"), 0o500);
  await expect(writeFileAtomic(join(folder, "deep", "file"), "new")).rejects.toMatchObject({
    code: "store-unwritable",
  });
  expect(readFileSync(join(folder, "deep", "file"), "utf8")).toBe("old");
  chmodSync(join(folder, "deep"), 0o700);
});

test("a link is replaced in one step, and what a killed process left is cleared", async () => {
  const folder = mkdtempSync(join(room, "links-"));
  await replaceLink(join(folder, "current"), "one.zip");
  await replaceLink(join(folder, "current"), "two.zip");
  expect(readlinkSync(join(folder, "current"))).toBe("two.zip");
  writeFileSync(join(folder, ".tmp-1-old"), "half");
  writeFileSync(join(folder, ".tmp-1-new"), "half");
  utimesSync(join(folder, ".tmp-1-old"), 1000, 1000);
  await removeLeftovers(folder, new Date(2_000_000));
  expect(readdirSync(folder).toSorted()).toEqual([".tmp-1-new", "current"]);
  await removeLeftovers(join(folder, "not-there"), new Date());
  // In containers, a brig that was killed often had the process id that the next one has.
  writeFileSync(join(folder, `${temporaryPrefix()}before`), "half");
  writeFileSync(join(folder, `${temporaryPrefix()}mine`), "half");
  utimesSync(join(folder, `${temporaryPrefix()}before`), 1000, 1000);
  await removeLeftovers(folder, new Date(2_000_000));
  expect(readdirSync(folder)).toContain(`${temporaryPrefix()}mine`);
  expect(readdirSync(folder)).not.toContain(`${temporaryPrefix()}before`);
});

test("content that does not match its hash is removed and never returned", async () => {
  const store = await openStore(contextWith({ BRIG_CACHE_DIR: join(room, "content") }));
  const { file, sha256 } = await writeContent(store, "things", Buffer.from("bytes"), "/name.bin");
  expect(file).toBe(contentFile(store, "things", sha256, "/name.bin"));
  expect((await readVerified(file, sha256))?.toString()).toBe("bytes");
  writeFileSync(file, "Bytes");
  expect(await readVerified(file, sha256)).toBeUndefined();
  expect(existsSync(file)).toBe(false);
  expect(await readVerified(file, sha256Of("bytes"))).toBeUndefined();
});

test("a record comes back as it was, or not at all when any byte of it is lost or changed", async () => {
  const file = join(room, "record.json");
  await fc.assert(
    fc.asyncProperty(fc.json(), fc.nat(), fc.integer({ min: 1, max: 255 }), async (json, at, change) => {
      const value: unknown = JSON.parse(json);
      await writeRecord(file, value);
      expect(readRecord(file)).toEqual(value);
      const whole = readFileSync(file);
      const changed = Buffer.from(whole);
      changed[at % changed.length]! ^= change;
      writeFileSync(file, changed);
      expect(readRecord(file)).toBeUndefined();
      writeFileSync(file, whole);
      truncateSync(file, at % whole.length);
      expect(readRecord(file)).toBeUndefined();
    }),
    { numRuns: 30 },
  );
  await writeChecked(file, Buffer.alloc(0));
  expect(readChecked(file)).toEqual(Buffer.alloc(0));
});

test("what is asked for at once is made once; a failure is made again", async () => {
  const store = await openStore(contextWith({ BRIG_CACHE_DIR: join(room, "once") }));
  let made = 0;
  const ask = (): Promise<number> => store.once("key", async () => ++made);
  expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
  store.forget("key");
  expect(await ask()).toBe(2);
  await expect(store.once("bad", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await store.once("bad", async () => "good")).toBe("good");
});
