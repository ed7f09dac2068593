import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeTree } from "../workspace/testing.ts";
import { unpackedFile } from "../zip/archive.ts";
import { type Layout, planLayout, type TreeEntry } from "./layout.ts";
import { changedPaths, isPartIntact, stageOwn, type StageResult, stageTree } from "./stage.ts";
import { StoreDamaged } from "../store/store-damaged.ts";
import { readStageRecord, type StageRecord, writeStageRecord } from "./stage-record.ts";
import { bytecodeEntry, makeDependency, sourceEntry } from "./test-tree.ts";

const options = {
  boot: "this boot",
  digests: { dependencies: "d", whole: "w" },
  sourceBytes: ({ origin }: TreeEntry): Uint8Array => {
    if (origin.kind === "source") return readFileSync(origin.file);
    if (origin.kind === "bytecode") return origin.bytes;
    throw new Error("not first-party");
  },
};

function makeLayout(folder: string, sources: Readonly<Record<string, string>>): Layout {
  mkdirSync(folder, { recursive: true });
  const wheel = makeDependency(folder, "small", {
    "small/__init__.py": "one = 1\n",
    "small/deep/data.txt": "data",
  });
  const own = Object.entries(sources).map(([path, text]) =>
    sourceEntry(join(folder, "src"), path, text, text.startsWith("#!")),
  );
  return planLayout([wheel], [...own, bytecodeEntry("__pycache__/a.cpython-313.pyc", "code")], {
    exclude: [],
    bytecode: true,
  });
}

/** As an edit does it. */
async function stageIntact(
  tree: string,
  firstParty: readonly TreeEntry[],
  record: StageRecord,
): Promise<StageResult | undefined> {
  const isIntact = await isPartIntact(tree, record.dependencies, false);
  return isIntact ? await stageOwn(tree, firstParty, record, options) : undefined;
}

/** What is in a tree: path, text or link, mode. */
function contents(tree: string): Record<string, string> {
  const names = readdirSync(tree, { recursive: true, encoding: "utf8" }).toSorted();
  return Object.fromEntries(
    names.map((name) => {
      const status = statSync(join(tree, name));
      const text = status.isDirectory() ? "folder" : readFileSync(join(tree, name), "utf8");
      return [name, `${(status.mode & 0o777).toString(8)} ${text}`];
    }),
  );
}

const sources = { "a.py": "a", tool: "#!/bin/sh\n", "small/own.py": "beside a dependency's" };

async function makeStaged(): Promise<{ folder: string; tree: string; layout: Layout; record: StageRecord }> {
  const folder = makeTree();
  const tree = join(folder, "stg");
  const layout = makeLayout(folder, sources);
  const { record } = await stageTree(tree, layout, undefined, options);
  return { folder, tree, layout, record };
}

describe("stageTree", () => {
  test("makes the tree, for its owner only, with the files' own permissions", async () => {
    const { tree, layout, record } = await makeStaged();
    expect(statSync(tree).mode & 0o777).toBe(0o700);
    const staged = contents(tree);
    expect(staged["tool"]).toBe("755 #!/bin/sh\n");
    expect(staged["a.py"]).toBe("644 a");
    expect(staged["small/deep/data.txt"]).toBe("644 data");
    expect(staged["__pycache__/a.cpython-313.pyc"]).toBe("644 code");
    const files = Object.entries(staged).filter(([, text]) => !text.endsWith(" folder"));
    expect(files.map(([name]) => name).toSorted()).toEqual(
      [...layout.dependencies, ...layout.firstParty].map(({ path }) => path).toSorted(),
    );
    expect(changedPaths(tree, record)).toEqual([]);
  });

  test("touches nothing that is as the record says, and writes what differs", async () => {
    const { folder, tree, record } = await makeStaged();
    const before = statSync(join(tree, "small/__init__.py"));
    const layout = makeLayout(folder, { ...sources, "a.py": "edited" });
    const { changed } = await stageTree(tree, layout, record, options);
    expect(changed).toEqual(["a.py"]);
    expect(statSync(join(tree, "small/__init__.py"))).toEqual(before);
    expect(readFileSync(join(tree, "a.py"), "utf8")).toBe("edited");
  });

  test("believes no record of another boot", async () => {
    const { tree, layout, record } = await makeStaged();
    const { changed } = await stageTree(tree, layout, { ...record, boot: "an earlier boot" }, options);
    expect(changed).toHaveLength(layout.dependencies.length + layout.firstParty.length);
  });

  test("a file becomes a folder, and a folder a file", async () => {
    const { folder, tree, record } = await makeStaged();
    const layout = makeLayout(folder, { "x/a.py": "a" });
    const one = await stageTree(tree, layout, record, options);
    rmSync(join(folder, "src"), { recursive: true });
    const two = await stageTree(tree, makeLayout(folder, { x: "a file" }), one.record, options);
    expect(readFileSync(join(tree, "x"), "utf8")).toBe("a file");
    rmSync(join(folder, "src"), { recursive: true });
    await stageTree(tree, makeLayout(folder, { "x/a.py": "a" }), two.record, options);
    expect(readFileSync(join(tree, "x/a.py"), "utf8")).toBe("a");
  });

  const spoils: Readonly<Record<string, (tree: string, outside: string) => void>> = {
    "a file is edited": (tree) => appendFileSync(join(tree, "small/__init__.py"), "x"),
    "a file is removed": (tree) => rmSync(join(tree, "a.py")),
    "a permission is changed": (tree) => chmodSync(join(tree, "tool"), 0o644),
    "a file is added": (tree) => writeFileSync(join(tree, "small/extra.py"), ""),
    "a folder is added": (tree) => mkdirSync(join(tree, "small/deep/empty")),
    "a link leads out": (tree, outside) => symlinkSync(outside, join(tree, "small/out")),
    "a file is a link": (tree, outside) => {
      rmSync(join(tree, "a.py"));
      symlinkSync(join(outside, "keep"), join(tree, "a.py"));
    },
    "a file is a hard link to something outside": (tree, outside) => {
      rmSync(join(tree, "a.py"));
      linkSync(join(outside, "keep"), join(tree, "a.py"));
    },
    "a folder is a link to its own files": (tree, outside) => {
      renameSync(join(tree, "small"), join(outside, "small"));
      symlinkSync(join(outside, "small"), join(tree, "small"));
    },
    "a folder is a file": (tree) => {
      rmSync(join(tree, "small"), { recursive: true });
      writeFileSync(join(tree, "small"), "");
    },
    "a file is a folder": (tree) => {
      rmSync(join(tree, "a.py"));
      mkdirSync(join(tree, "a.py"));
      writeFileSync(join(tree, "a.py/x"), "");
    },
    "the tree is a link": (tree, outside) => {
      renameSync(tree, join(outside, "stg"));
      symlinkSync(join(outside, "stg"), tree);
    },
    "the tree is gone": (tree) => rmSync(tree, { recursive: true }),
  };
  for (const [what, spoil] of Object.entries(spoils)) {
    test(`${what}: seen by changedPaths, put right by stageTree, with nothing written outside`, async () => {
      const { folder, tree, layout, record } = await makeStaged();
      const whole = contents(tree);
      const outside = join(folder, "outside");
      mkdirSync(outside);
      writeFileSync(join(outside, "keep"), "keep");
      spoil(tree, outside);
      expect(changedPaths(tree, record).length).toBeGreaterThan(0);
      expect((await stageIntact(tree, layout.firstParty, record)) && contents(tree)).toSatisfy(
        (made: unknown) => made === undefined || JSON.stringify(made) === JSON.stringify(whole),
      );
      const { record: after } = await stageTree(tree, layout, record, options);
      expect(contents(tree)).toEqual(whole);
      expect(changedPaths(tree, after)).toEqual([]);
      expect(readFileSync(join(outside, "keep"), "utf8")).toBe("keep");
    });
  }

  test("from any tree to any other, step by step, as if made at once", { timeout: 60_000 }, async () => {
    const name = fc.constantFrom("a", "b", "c", "c/d", "c/e", "c/f", "c/f/g", "h.py");
    const clashes = (paths: readonly string[]): boolean =>
      paths.some((path) => paths.some((other) => other.startsWith(`${path}/`)));
    const tree = fc
      .dictionary(name, fc.constantFrom("one", "two", "#!x"), { maxKeys: 5 })
      .filter((files) => !clashes(Object.keys(files)));
    await fc.assert(
      fc.asyncProperty(fc.array(tree, { minLength: 2, maxLength: 4 }), async (steps) => {
        const folder = makeTree();
        let record: StageRecord | undefined;
        for (const [index, step] of steps.entries()) {
          const layout = makeLayout(join(folder, String(index)), step);
          const own = record && (await stageIntact(join(folder, "stg"), layout.firstParty, record));
          record = (own ?? (await stageTree(join(folder, "stg"), layout, record, options))).record;
          await stageTree(join(folder, `fresh-${index}`), layout, undefined, options);
          expect(contents(join(folder, "stg"))).toEqual(contents(join(folder, `fresh-${index}`)));
          expect(changedPaths(join(folder, "stg"), record)).toEqual([]);
        }
        rmSync(folder, { recursive: true });
      }),
      { numRuns: 40 },
    );
  });

  test("an archive in the store that is not what it was never reaches the tree", async () => {
    const folder = makeTree();
    const layout = makeLayout(folder, sources);
    const archive = join(folder, "small-1.0-py3-none-any.whl");
    const bytes = readFileSync(unpackedFile(archive));
    bytes[bytes.indexOf("one = 1")]! ^= 1;
    const short = bytes.subarray(0, -1);
    for (const damaged of [bytes, short, undefined]) {
      rmSync(unpackedFile(archive));
      if (damaged) writeFileSync(unpackedFile(archive), damaged);
      const staging = stageTree(join(folder, "stg"), layout, undefined, options);
      await expect(staging).rejects.toMatchObject({
        code: "hash-mismatch",
        file: unpackedFile(archive),
        key: archive,
      });
      expect(readdirSync(join(folder, "stg/small"))).not.toContain("__init__.py");
      rmSync(join(folder, "stg"), { recursive: true });
    }
  });
});

test("a stage record comes back whole, or not at all", async () => {
  const { folder, record } = await makeStaged();
  const read = (): StageRecord | undefined => readStageRecord(folder, options.boot);
  await writeStageRecord(folder, record);
  expect(read()).toEqual(record);
  expect(readStageRecord(folder, "another")).toBeUndefined();
  const other = { ...record, dependencies: { ...record.dependencies, digest: "x" } };
  await writeStageRecord(folder, other, true);
  expect(read()).toBeUndefined();
  await writeStageRecord(folder, record);
  const files = join(folder, ".stage.json");
  const bytes = readFileSync(files);
  writeFileSync(files, bytes.subarray(0, 90));
  // What is large is only read when it is asked for.
  const torn = read()!;
  expect(torn.own).toEqual(record.own);
  expect(() => torn.dependencies.files).toThrow(StoreDamaged);
  rmSync(files);
  expect(read()).toBeUndefined();
  writeFileSync(files, bytes);
  writeFileSync(
    join(folder, ".stage-own.json"),
    readFileSync(join(folder, ".stage-own.json")).subarray(0, 90),
  );
  expect(read()).toBeUndefined();
});
