import { mkdtempSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readZip } from "../zip/reader.ts";
import { makeZip, type TestEntry } from "../zip/test-zip.ts";
import { writeSource } from "./import-source.ts";

async function write(
  ...entries: readonly TestEntry[]
): Promise<{ source: string; notes: readonly string[] }> {
  const source = join(mkdtempSync(join(tmpdir(), "brig-import-")), "src");
  const bytes = makeZip(entries);
  const members = readZip(bytes, "zip", true).filter(({ isDirectory }) => !isDirectory);
  return { source, notes: await writeSource({ archive: "zip", bytes, members }, members, source) };
}

const link = (name: string, contents: string): TestEntry => ({ name, contents, mode: 0o120777 });
const file: TestEntry = { name: "package/cli.js", contents: "1" };

test("symbolic links stay links, also to folders and in chains", async () => {
  const { source, notes } = await write(
    link(".bin/cli", "../package/cli.js"),
    link("chain", ".bin/cli"),
    link("folder", "package"),
    file,
  );
  expect(notes).toEqual([]);
  expect(readlinkSync(join(source, ".bin/cli"))).toBe("../package/cli.js");
  for (const path of ["chain", "folder/cli.js"]) {
    expect(readFileSync(join(source, path), "utf8")).toBe("1");
  }
});

test("links that no build could follow are left out and named", async () => {
  const { source, notes } = await write(
    file,
    link("layer", "/opt/lib.so"),
    link("outside", "../../outside"),
    link("nothing", "gone"),
    link("nothing-again", "nothing"),
    link("round", "round"),
    link("package/up", ".."),
    link("up-again", "package/up"),
  );
  expect(readdirSync(source, { recursive: true, encoding: "utf8" }).toSorted()).toEqual([
    "package",
    "package/cli.js",
  ]);
  expect(notes).toEqual([
    "symbolic links that lead to nothing in src/ are left out: layer, outside, nothing, nothing-again, round and 2 more",
  ]);
});
