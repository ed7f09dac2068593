import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeTree } from "../workspace/testing.ts";
import { compress } from "../zip/deflate.ts";
import { extractMember } from "../zip/extract.ts";
import { readZip } from "../zip/reader.ts";
import { findTestPython, runTestPython } from "../zip/test-python.ts";
import type { Compressed } from "../zip/deflate.ts";
import { type Layout, planLayout, type TreeEntry } from "./layout.ts";
import { packBehind, packZip } from "./pack.ts";
import { bytecodeEntry, makeDependency, sourceEntry } from "./test-tree.ts";

const packers = { compress: async (entry: TreeEntry): Promise<Compressed> => compress(bytesOf(entry)) };

function bytesOf({ origin }: TreeEntry): Uint8Array {
  if (origin.kind === "source") return readFileSync(origin.file);
  if (origin.kind === "bytecode") return origin.bytes;
  throw new Error("not first-party");
}

const wheelFiles = {
  "small/__init__.py": "one = 1\n".repeat(100),
  "small/é.txt": "text",
  "small/empty": "",
  "other.py": "x",
};

function makeLayout(folder: string, sources: Readonly<Record<string, string>>): Layout {
  const own = Object.entries(sources).map(([path, text]) =>
    sourceEntry(join(folder, "src"), path, text, text.startsWith("#!")),
  );
  const wheels = [makeDependency(folder, "small", wheelFiles)];
  return planLayout(wheels, [...own, bytecodeEntry("__pycache__/a.cpython-313.pyc", "code")], {
    exclude: [],
    bytecode: true,
  });
}

function sha256(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

describe("packZip", () => {
  test("what Python and unzip read is what went in", (context) => {
    const python = findTestPython("zipfile");
    if (python === undefined) return context.skip("there is no Python here");
    const folder = makeTree();
    const sources = {
      "a.py": "a\n".repeat(5000),
      tool: "#!/bin/sh\n",
      "\u{1f600}.txt": "smile",
      "empty.py": "",
    };
    const layout = makeLayout(folder, sources);
    return packZip(join(folder, "x.zip"), layout, packers.compress).then((packed) => {
      const program =
        "import json,sys,zipfile\nz=zipfile.ZipFile(json.load(sys.stdin))\nassert z.testzip() is None\n" +
        "json.dump([[i.filename, z.read(i).hex(), i.external_attr >> 16, list(i.date_time), i.extra.hex(), i.create_system] for i in z.infolist()], sys.stdout)";
      const read = runTestPython(python, program, join(folder, "x.zip")) as [
        string,
        string,
        number,
        number[],
        string,
        number,
      ][];
      expect(read.map(([name]) => name)).toEqual(
        [...layout.dependencies, ...layout.firstParty].map(({ path }) => path),
      );
      expect(packed.entries).toBe(read.length);
      const given: Record<string, string> = {
        ...wheelFiles,
        ...sources,
        "__pycache__/a.cpython-313.pyc": "code",
      };
      for (const [name, bytes, mode, time, extra, system] of read) {
        if (given[name] !== undefined) expect(Buffer.from(bytes, "hex").toString(), name).toBe(given[name]);
        expect([mode & 0o7777, time, extra, system], name).toEqual([
          name === "tool" ? 0o755 : 0o644,
          [1980, 1, 1, 0, 0, 0],
          "",
          3,
        ]);
      }
      expect(packed.sha256).toBe(sha256(join(folder, "x.zip")));
      expect(packed.size).toBe(readFileSync(join(folder, "x.zip")).length);
      if (spawnSync("unzip", ["-v"]).status === 0) {
        expect(execFileSync("unzip", ["-tq", join(folder, "x.zip")], { encoding: "utf8" })).toContain(
          "No errors",
        );
      }
    });
  });

  test("a file is never overwritten, and a damaged archive never packed", async () => {
    const folder = makeTree({ "x.zip": "mine" });
    const layout = makeLayout(folder, { "a.py": "a" });
    await expect(packZip(join(folder, "x.zip"), layout, packers.compress)).rejects.toThrow(/EEXIST/);
    expect(readFileSync(join(folder, "x.zip"), "utf8")).toBe("mine");
    truncateSync(join(folder, "small-1.0-py3-none-any.whl"), 200);
    await expect(packZip(join(folder, "y.zip"), layout, packers.compress)).rejects.toMatchObject({
      code: "hash-mismatch",
    });
  });
});

describe("packBehind", () => {
  test("gives byte for byte what packZip gives, for any source after any other", async () => {
    const name = fc.constantFrom("a.py", "b.py", "c/d.txt", "zz", "é");
    const text = fc.oneof(fc.string(), fc.constantFrom("x".repeat(30_000), "#!x"));
    const tree = fc.dictionary(name, text, { maxKeys: 4 });
    await fc.assert(
      fc.asyncProperty(tree, tree, tree, async (one, two, three) => {
        const folder = makeTree();
        const first = await packZip(join(folder, "1.zip"), makeLayout(folder, one), packers.compress);
        const layout = makeLayout(folder, two);
        const earlier = {
          file: join(folder, "1.zip"),
          front: first.front,
          hashState: undefined,
          copied: undefined,
        };
        const behind = await packBehind(
          join(folder, "2.zip"),
          earlier,
          Promise.resolve(layout.firstParty),
          packers.compress,
        );
        const whole = await packZip(join(folder, "2-whole.zip"), layout, packers.compress);
        expect(readFileSync(join(folder, "2.zip"))).toEqual(readFileSync(join(folder, "2-whole.zip")));
        const { hashState, ...made } = behind;
        expect(made).toEqual(whole);
        expect(sha256(join(folder, "1.zip"))).toBe(first.sha256);
        // The front of a zip that was made so serves again.
        const last = makeLayout(folder, three);
        const again = { file: join(folder, "2.zip"), front: behind.front, hashState, copied: undefined };
        const third = await packBehind(
          join(folder, "3.zip"),
          again,
          Promise.resolve(last.firstParty),
          packers.compress,
        );
        const bytes = readFileSync(join(folder, "3.zip"));
        expect(third.sha256).toBe(sha256(join(folder, "3.zip")));
        const read = readZip(bytes, "3.zip").map((member) => [
          member.name,
          extractMember(bytes, member, "3.zip").toString(),
        ]);
        for (const [path, given] of Object.entries(three))
          expect(read).toContainEqual([path, Buffer.from(given).toString()]);
      }),
      { numRuns: 25 },
    );
  });

  test("an earlier zip that is shorter than it was is an error, not a zip", async () => {
    const folder = makeTree();
    const layout = makeLayout(folder, { "a.py": "a" });
    const { front } = await packZip(join(folder, "1.zip"), layout, packers.compress);
    truncateSync(join(folder, "1.zip"), 100);
    const earlier = { file: join(folder, "1.zip"), front, hashState: undefined, copied: undefined };
    await expect(
      packBehind(join(folder, "2.zip"), earlier, Promise.resolve(layout.firstParty), packers.compress),
    ).rejects.toThrow(/shorter/);
    writeFileSync(join(folder, "1.zip"), "");
  });
});
