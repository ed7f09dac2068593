import { createHash } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { StagedFile } from "../../build/stage-record.ts";
import { fileStamp } from "../../build/stamps.ts";
import { makeZip } from "../test-service.ts";
import { type BuiltCode, openCodeStore } from "./code-store.ts";

let folder: string;
let tree: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "brig-snapshot-"));
  tree = join(folder, "stg");
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Does what a build does: files that differ are written anew, the others stay. */
function build(files: Readonly<Record<string, string>>): BuiltCode {
  const staged: Record<string, StagedFile> = {};
  for (const [path, text] of Object.entries(files)) {
    const file = join(tree, path);
    if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
      rmSync(file, { force: true });
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      if (path.startsWith("bin/")) chmodSync(file, 0o755);
    }
    staged[path] = [createHash("sha256").update(text).digest("hex"), ...fileStamp(file)!];
  }
  const zip = makeZip(files);
  const zipFile = join(folder, `${Object.values(files).join("-").slice(0, 40)}.zip`);
  writeFileSync(zipFile, zip);
  const sha256 = createHash("sha256").update(zip).digest("base64");
  return { tree: { folder: tree, files: staged }, zipFile, sha256, size: zip.length };
}

const hexOf = ({ sha256 }: BuiltCode): string => Buffer.from(sha256, "base64").toString("hex");

test("the files of a build stay as they are when the next one changes the tree", async () => {
  const store = openCodeStore(join(folder, "code"));
  const first = build({ "app.py": "one", "lib/deep/same.py": "same", "bin/run": "program" });
  const before = await store.addBuild(first);
  expect(await store.addBuild(first)).toBe(before);
  expect(before).toMatchObject({ sha256: first.sha256, size: first.size, unzippedSize: 14 });
  const second = build({ "app.py": "two", "lib/deep/same.py": "same", "new.py": "new" });
  const after = await store.addBuild(second, before);
  const read = (code: typeof before, path: string): string => readFileSync(join(code.folder, path), "utf8");
  expect([read(before, "app.py"), read(after, "app.py")]).toEqual(["one", "two"]);
  expect(statSync(join(before.folder, "bin/run")).mode & 0o777).toBe(0o755);
  expect(readdirSync(after.folder).toSorted()).toEqual(["app.py", "lib", "new.py"]);
  const inode = (place: string): number => statSync(join(place, "lib/deep/same.py")).ino;
  expect(inode(after.folder)).toBe(inode(before.folder));
  // A link to the tree's own file would show in its stamp: the build would take it for touched.
  expect(inode(after.folder)).not.toBe(inode(tree));
});

test("a tree that somebody has touched is not run: the zip is", async () => {
  const store = openCodeStore(join(folder, "code"));
  mkdirSync(join(folder, "code"));
  const made = build({ "app.py": "as built", "lib.py": "library" });
  appendFileSync(join(tree, "lib.py"), "# touched");
  const code = await store.addBuild(made);
  expect(readFileSync(join(code.folder, "lib.py"), "utf8")).toBe("library");
  const gone = build({ "app.py": "another", "lib.py": "library" });
  rmSync(join(tree, "app.py"));
  const other = await store.addBuild(gone, code);
  expect(readFileSync(join(other.folder, "app.py"), "utf8")).toBe("another");
});

test("the zip of a build is handed out as long as it is that one, and stays when the code goes", async () => {
  const store = openCodeStore(join(folder, "code"));
  const made = build({ "app.py": "one" });
  const code = await store.addBuild(made);
  expect((await store.readZip(hexOf(made)))?.equals(readFileSync(made.zipFile))).toBe(true);
  appendFileSync(made.zipFile, "more");
  expect(await store.readZip(hexOf(made))).toBeUndefined();
  await store.release(code);
  expect(existsSync(made.zipFile)).toBe(true);
  expect(await store.addBuild(build({ "app.py": "one" }))).not.toBe(code);
});

test("each twin is a folder of its own, and goes when it is let go of", async () => {
  const store = openCodeStore(join(folder, "code"));
  const first = await store.addTwin(build({ "app.py": "one", "lib.py": "same" }).tree, undefined);
  const second = await store.addTwin(build({ "app.py": "two", "lib.py": "same" }).tree, first);
  expect([first!, second!].map((each) => readFileSync(join(each, "app.py"), "utf8"))).toEqual(["one", "two"]);
  expect(statSync(join(second!, "lib.py")).ino).toBe(statSync(join(first!, "lib.py")).ino);
  const touched = build({ "app.py": "three" });
  appendFileSync(join(tree, "app.py"), "# touched");
  expect(await store.addTwin(touched.tree, second)).toBeUndefined();
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  store.releaseTwin(first!);
  store.releaseTwin(tree);
  vi.runAllTimers();
  vi.useRealTimers();
  await vi.waitUntil(() => !existsSync(first!));
  expect([existsSync(second!), existsSync(tree)]).toEqual([true, true]);
});
