import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Context } from "../context.ts";
import { sha256Of } from "../store/content.ts";
import { openStore, type Store } from "../store/store-directory.ts";
import { unpackEntry } from "../zip/unpack-entry.ts";
import { compileArchive } from "./bytecode.ts";
import { bytecodePath, compilePython, type PythonSource } from "./bytecode-compiler.ts";
import type { Interpreter } from "./interpreter.ts";
import { findInterpreters } from "./interpreters.ts";
import { compileSources } from "./source-bytecode.ts";
import { makeWheel } from "./wheel/test-wheel.ts";
import { indexWheel } from "./wheel/wheel-index.ts";

const room = mkdtempSync(join(tmpdir(), "brig bytecode "));
afterAll(() => rmSync(room, { recursive: true, force: true }));

function contextWith(env: Context["env"]): Context {
  const { signal } = new AbortController();
  return { cwd: room, env, now: () => new Date(), signal, report: () => {} };
}
const context = contextWith({
  PATH: process.env["PATH"],
  HOME: homedir(),
  BRIG_CACHE_DIR: join(room, "store"),
  // None of this may show in the bytecode.
  PYTHONHASHSEED: "17",
  PYTHONOPTIMIZE: "2",
  PYTHONWARNINGS: "error",
});

let store: Store;
/** The oldest and the newest on this machine: from 3.11 on, marshal sorts sets. */
let pythons: readonly Interpreter[] = [];
/** One of each minor version. */
let minors: readonly Interpreter[] = [];
let sources: readonly PythonSource[] = [];
beforeAll(async () => {
  store = await openStore(context);
  const found = await findInterpreters(context, store);
  pythons = [found[0]!, found.at(-1)!];
  minors = [...new Map(found.toReversed().map((each) => [each.minor, each])).values()];
  sources = standardSources(pythons[0]!);
});

const source = (path: string, text: string): PythonSource => ({ path, bytes: () => Buffer.from(text) });

/** Real modules, and what is known to be hard to write in the same way twice. */
function standardSources({ file }: Interpreter): readonly PythonSource[] {
  const find = "import os; print(os.path.dirname(os.__file__))";
  const library = execFileSync(file, ["-I", "-S", "-c", find], { encoding: "utf8" }).trim();
  const names = ["os", "re", "argparse", "typing", "dataclasses", "decimal", "json/encoder", "email/header"];
  const real = names.flatMap((name) => {
    try {
      const bytes = readFileSync(join(library, `${name}.py`));
      return [{ path: `lib/${name}.py`, bytes: () => bytes }];
    } catch {
      return [];
    }
  });
  return [
    ...real,
    source("sets.py", "def f(x):\n    return x in {'a', 'b', 'c', 'd', 1, 2.5, b'x', (1, 'z')}\n"),
    source("warns.py", "x = 'a\\d' is 1\nassert x\n'''doc'''\n"),
    source("empty.py", ""),
    source("broken.py", "def f(:\n"),
    source("nul.py", "x = 1\0"),
    source("latin.py", "# -*- coding: latin-1 -*-\nx = '\xe9'\n"),
  ];
}

async function compileAll(
  files: readonly PythonSource[],
  python: Interpreter,
): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  await compilePython(files, python, context, ({ path }, pyc) => {
    hashes[path] = pyc ? sha256Of(pyc) : "none";
  });
  return hashes;
}

test("bytecode is the same in any order, alone or together, whatever the environment says", async () => {
  for (const python of pythons) {
    const files = standardSources(python);
    const together = await compileAll(files, python);
    expect(await compileAll(files.toReversed(), python)).toEqual(together);
    for (const each of files.slice(-8)) {
      expect(await compileAll([each], python)).toEqual({ [each.path]: together[each.path] });
    }
    expect([together["broken.py"], together["nul.py"]]).toEqual(["none", "none"]);
    expect(Object.values(together).filter((hash) => hash === "none")).toHaveLength(2);
  }
}, 60_000);

test("a set whose order is another in each process gives the same bytecode, or none", async () => {
  const file = (name: string, set: string): PythonSource =>
    source(name, `def f(x):\n    class C:\n        y = [x in {${set}}]\n    return C\n`);
  const odd = [
    file("none.py", '("t", None), ("u", None), (None,), "a", "b", (1, None), (2, ...), "c", ...'),
    file("nan.py", '1e999 - 1e999, (1, 1e999 - 1e999), "a", "b", 1.5'),
  ];
  for (const python of minors) {
    const plain = [
      file("plain.py", '("t", 1), "u", b"v", 2.5, 3j, (1, (2, "w"))'),
      ...standardSources(python),
    ];
    const orders = [plain, [...odd, ...plain], [...plain, ...odd].toReversed(), [...odd, plain[0]!], odd];
    const results = await Promise.all(orders.map((files) => compileAll(files, python)));
    for (const { path } of [...odd, ...plain]) {
      const seen = results.flatMap((each) => each[path] ?? []);
      expect(new Set(seen).size, `${path} under ${python.version}`).toBe(1);
      const hasNone = seen[0] === "none";
      const isOdd = odd.some((each) => each.path === path);
      // Only where the order is left to chance; all else has its bytecode.
      if (!/^(broken|nul)/.test(path))
        expect(hasNone, path).toBe(isOdd && Number(python.minor.slice(2)) < 11);
    }
  }
}, 60_000);

test("Python takes the bytecode without a look at the source, and it speaks of /var/task", async () => {
  for (const python of pythons) {
    const file = source("pkg/mod.py", "word = 'compiled'\n");
    const tree = mkdtempSync(join(room, "tree-"));
    await compilePython([file], python, context, ({ path }, pyc) => {
      const place = join(tree, bytecodePath(path, python));
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, pyc ?? "");
    });
    writeFileSync(join(tree, "pkg", "mod.py"), "raise SystemExit('the source was compiled')\n");
    const run = `import marshal, sys; sys.path.insert(0, sys.argv[1]); import pkg.mod
print(pkg.mod.word, marshal.loads(open(pkg.mod.__cached__, "rb").read()[16:]).co_filename)`;
    const said = execFileSync(python.file, ["-I", "-S", "-B", "-c", run, tree], { encoding: "utf8" });
    expect(said.trim()).toBe("compiled /var/task/pkg/mod.py");
  }
});

test("more than the pipes hold goes both ways", async () => {
  const big = Array.from({ length: 40 }, (_, at) =>
    source(
      `big${at}.py`,
      Array.from({ length: 2000 }, (__, line) => `x${line} = "${at} ${line}"`).join("\n"),
    ),
  );
  const hashes = await compileAll(big, pythons[0]!);
  expect(new Set(Object.values(hashes)).size).toBe(40);
});

test("an interpreter that ends early is an error with the way out; an interruption stops it", async () => {
  const failing = { ...pythons[0]!, file: "/bin/false" };
  await expect(compileAll(sources, failing)).rejects.toMatchObject({
    code: "python-missing",
    hint: expect.stringContaining("bytecode: false"),
  });
  const gone = { ...pythons[0]!, file: join(room, "gone") };
  await expect(compileAll(sources, gone)).rejects.toMatchObject({ code: "python-missing" });
  const controller = new AbortController();
  const stopped = compilePython(sources, pythons[0]!, { ...context, signal: controller.signal }, () =>
    controller.abort(),
  );
  await expect(stopped).rejects.toMatchObject({ code: "interrupted" });
});

test("a wheel's bytecode is packed once, indexed, and made again where the store is damaged", async () => {
  const text = "word = 'one'\n";
  const bytes = makeWheel({
    entries: [
      { name: "demo/__init__.py", contents: text },
      { name: "demo/broken.py", contents: "def f(:\n" },
      { name: "demo/data.txt", contents: "x" },
    ],
  });
  const [python] = pythons;
  const file = join(room, "demo-1.0-py3-none-any.whl");
  writeFileSync(file, bytes);
  const wheel = indexWheel(bytes, file, sha256Of(bytes), "demo-1.0-py3-none-any.whl");
  const pack = await compileArchive(wheel, python!, store, context);
  expect(pack.entries.map(({ path }) => path)).toEqual([bytecodePath("demo/__init__.py", python!)]);
  const packed = readFileSync(pack.file);
  expect(sha256Of(packed)).toBe(pack.sha256);
  const pyc = unpackEntry(packed, pack.entries[0]!);
  expect(sha256Of(pyc)).toBe(pack.entries[0]!.sha256);
  expect((await compileAll([source("demo/__init__.py", text)], python!))["demo/__init__.py"]).toBe(
    sha256Of(pyc),
  );
  const unable = { ...python!, file: "/bin/false" };
  expect(await compileArchive(wheel, unable, await openStore(context), context)).toEqual(pack);
  writeFileSync(pack.file, packed.subarray(1));
  expect(await compileArchive(wheel, python!, await openStore(context), context)).toEqual(pack);
  expect(readFileSync(pack.file).equals(packed)).toBe(true);
  writeFileSync(file, "damaged");
  rmSync(pack.file);
  await expect(compileArchive(wheel, python!, await openStore(context), context)).rejects.toThrow(
    /not what it was/,
  );
});

test("first-party files are compiled once for their bytes and path", async () => {
  const [python] = pythons;
  const files = sources.map(({ path, bytes }) => ({ path, sha256: sha256Of(bytes()), bytes }));
  const compiled = await compileSources(files, python!, store, context);
  expect(compiled.map(({ path }) => path)).toEqual(
    files.filter(({ path }) => !/broken|nul/.test(path)).map(({ path }) => bytecodePath(path, python!)),
  );
  const unable = { ...python!, file: "/bin/false" };
  const untouched = files.map((each) => ({ ...each, bytes: () => expect.fail("it was read again") }));
  expect(await compileSources(untouched, unable, store, context)).toEqual(compiled);
  const moved = files.slice(0, 1).map((each) => ({ ...each, path: "moved.py" }));
  await expect(compileSources(moved, unable, store, context)).rejects.toMatchObject({
    code: "python-missing",
  });
});
