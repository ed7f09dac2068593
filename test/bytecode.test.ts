/** Bytecode in the zip: Python takes it without looking at the source, and it is made once. */
import { cpSync, existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Manifest } from "../src/build/manifest.ts";
import type { BuildRow } from "../src/build/report.ts";
import { pythonMinors } from "../src/workspace/runtimes.ts";
import {
  brig,
  buildOne,
  buildRows,
  makeWorkspace,
  runProgram,
  temporaryFolder,
  writeFiles,
} from "./support/brig.ts";
import { serveIndex } from "./support/index-server.ts";
import {
  compact,
  minor,
  minorsHere,
  ownMinor,
  pythonFile,
  pythonVersion,
  runtime,
  uvFile,
} from "./support/python.ts";
import { smallWheel, writeWheels } from "./support/wheels.ts";
import { zipNames } from "./support/zip-names.ts";

const path = "functions/hello";
const handler = "import gamma\n\ndef lambda_handler(event, context):\n    return gamma.word\n";

function workspaceWith(name: string, settings = "", files: Readonly<Record<string, string>> = {}): string {
  const folder = makeWorkspace({
    [`${path}/brig.yaml`]: `function: {Runtime: ${name}}\n${settings}`,
    [`${path}/src/lambda_function.py`]: handler,
    [`${path}/requirements.txt`]: "--no-index\n--find-links ../../wheels\ngamma\n",
    ...files,
  });
  writeWheels(join(folder, "wheels"), {
    name: "gamma",
    files: { "gamma/__init__.py": 'word = "one"\n', "gamma/data.txt": "x" },
  });
  return folder;
}

function manifestOf(folder: string, row: BuildRow): Manifest {
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, row.manifest!), "utf8"));
  return manifest;
}

function pycs(folder: string, row: BuildRow): string[] {
  return zipNames(join(folder, row.zip!)).filter((name) => name.endsWith(".pyc"));
}

for (const each of new Set([minor, minorsHere.at(-1)!])) {
  test(`Python ${each} takes it as it is: whatever the time of the source, without writing`, async () => {
    const folder = workspaceWith(`python${each}`);
    const row = await buildOne(folder, ["build", "hello"]);
    expect(row.error).toBeNull();
    const tag = `cpython-${each.replace(".", "")}`;
    expect(pycs(folder, row)).toEqual([
      `gamma/__pycache__/__init__.${tag}.pyc`,
      `__pycache__/lambda_function.${tag}.pyc`,
    ]);
    expect(manifestOf(folder, row).inputs).toMatchObject({
      bytecode: true,
      interpreter: await pythonVersion(each),
    });
    const tree = join(temporaryFolder(), "task");
    cpSync(join(folder, path, "stg"), tree, { recursive: true });
    // Flags of PEP 552: a hash that is not checked.
    expect(readFileSync(join(tree, `gamma/__pycache__/__init__.${tag}.pyc`)).readUInt32LE(4)).toBe(1);
    for (const name of ["gamma/__init__.py", "lambda_function.py"]) {
      // Other text of other times: were it looked at, the answer would be another.
      writeFileSync(join(tree, name), "raise SystemExit('the source was compiled')\n");
      utimesSync(join(tree, name), 1, 1);
    }
    const before = listTimes(tree);
    const program =
      "import sys; sys.path.insert(0, sys.argv[1]); import lambda_function; print(lambda_function.lambda_handler(0, 0), lambda_function.lambda_handler.__code__.co_filename)";
    const { stdout, stderr } = await runProgram(
      await pythonFile(each),
      ["-S", "-v", "-c", program, tree],
      tree,
    );
    expect(stdout).toBe(`one ${tree}/lambda_function.py\n`);
    expect(stderr).toContain(`gamma/__pycache__/__init__.${tag}.pyc`);
    expect(stderr).not.toMatch(/wrote .*task/);
    expect(listTimes(tree)).toEqual(before);
  });
}

function listTimes(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();
}

test("a source that this Python cannot compile has none, and is no error", async () => {
  const folder = workspaceWith(runtime, "", { [`${path}/src/older.py`]: 'print "two"\n' });
  const row = await buildOne(folder, ["build", "hello"]);
  expect(row.error).toBeNull();
  expect(zipNames(join(folder, row.zip!))).toContain("older.py");
  expect(pycs(folder, row)).not.toContain(`__pycache__/older.cpython-${compact}.pyc`);
});

describe("build.bytecode", () => {
  test("false leaves it out; the manifest names no interpreter", async () => {
    const folder = workspaceWith(runtime, "build: {bytecode: false}\n");
    const row = await buildOne(folder, ["build", "hello"]);
    expect(pycs(folder, row)).toEqual([]);
    expect(manifestOf(folder, row).inputs).toMatchObject({ bytecode: false, interpreter: null });
    writeFileSync(
      join(folder, path, "brig.yaml"),
      `function: {Runtime: ${runtime}}\nbuild: {bytecode: true}\n`,
    );
    const second = await buildOne(folder, ["build", "hello"]);
    expect(second.status).toBe("built");
    expect(pycs(folder, second)).toHaveLength(2);
  });

  test("by default it is left out where the tree would pass Lambda's limit with it; true puts it in, with a warning", async () => {
    const limit = 262_144_000;
    const source = Array.from({ length: 400 }, (_, index) => `def f${index}(): return ${index}\n`).join("");
    const folder = workspaceWith(runtime);
    // With the big file just below the limit, its module's bytecode goes above.
    const files = {
      "gamma/__init__.py": source,
      "gamma/big.bin": Buffer.alloc(limit - source.length - 2000),
    };
    writeWheels(join(folder, "wheels"), { name: "gamma", files });
    const row = await buildOne(folder, ["build", "hello"]);
    expect(row.error).toBeNull();
    expect(row.unzippedSize).toBeLessThanOrEqual(limit);
    expect(pycs(folder, row)).toEqual([]);
    expect(row.warnings).toEqual([]);
    expect(manifestOf(folder, row).inputs).toMatchObject({ bytecode: false, interpreter: null });
    writeFileSync(
      join(folder, path, "brig.yaml"),
      `function: {Runtime: ${runtime}}\nbuild: {bytecode: true}\n`,
    );
    const second = await buildOne(folder, ["build", "hello"]);
    expect(pycs(folder, second)).toHaveLength(2);
    expect(second.unzippedSize).toBeGreaterThan(limit);
    expect(second.warnings).toMatchObject([
      { code: "too-large", hint: expect.stringContaining("gamma 1.0") },
    ]);
  });
});

describe("no interpreter of the function's version", () => {
  const absent = pythonMinors.find((each) => !minorsHere.includes(each)) ?? "3.15";

  test("python-missing names both ways out, and they are ways out", async () => {
    const folder = workspaceWith(`python${absent}`);
    const missing = await buildOne(folder, ["build", "hello", "--offline"]);
    expect(missing.error).toMatchObject({
      code: "python-missing",
      message: expect.stringContaining(absent),
    });
    expect(missing.error?.hint).toContain(`uv python install ${absent}`);
    expect(missing.error?.hint).toContain("build: {bytecode: false}");
    writeFileSync(
      join(folder, path, "brig.yaml"),
      `function: {Runtime: python${absent}}\nbuild: {bytecode: false}\n`,
    );
    const row = await buildOne(folder, ["build", "hello"]);
    expect(row.error).toBeNull();
    expect(pycs(folder, row)).toEqual([]);
  });

  /** No Python but the system's that brig could find, and a uv that "installs" the one that is hidden. */
  async function withoutPython(install: string): Promise<{ env: Record<string, string>; installed: string }> {
    const home = temporaryFolder();
    const installed = join(home, "pythons");
    const uv = await uvFile();
    const script = `#!/bin/sh\nif [ "$1 $2" = "python install" ]; then echo "$@" >> "${home}/asked"; ${install}; fi\nexec "${uv}" "$@"\n`;
    writeFiles(home, { "bin/uv": script });
    const env = {
      HOME: home,
      PYENV_ROOT: join(home, "none"),
      PATH: `${home}/bin:${dirname(process.execPath)}:/usr/bin:/bin`,
      UV_PYTHON_INSTALL_DIR: installed,
    };
    return { env, installed: join(home, "asked") };
  }

  test.skipIf(ownMinor === undefined)(
    "uv installs it where it can (needs a Python beside the system's)",
    async () => {
      const folder = workspaceWith(`python${ownMinor}`);
      const python = await pythonFile(ownMinor!);
      const name = `cpython-${ownMinor}`;
      const { env, installed } = await withoutPython(
        `mkdir -p "$UV_PYTHON_INSTALL_DIR/${name}/bin" && ln -s "${python}" "$UV_PYTHON_INSTALL_DIR/${name}/bin/python${ownMinor}"; exit 0`,
      );
      const { status, stderr } = await brig(folder, ["build", "hello"], env);
      expect(stderr).toContain("asking uv to install one");
      expect(status).toBe(0);
      expect(readFileSync(installed, "utf8")).toBe(`python install ${ownMinor}\n`);
    },
  );

  test("where uv cannot, the error says so, and uv is asked once for all functions", async () => {
    const folder = workspaceWith(`python${absent}`);
    for (const name of ["second", "third"])
      cpSync(join(folder, path), join(folder, "functions", name), { recursive: true });
    const { env, installed } = await withoutPython("echo no network >&2; exit 2");
    const all = await brig(folder, ["build", "--all"], env);
    expect(all.stderr.match(/error: python-missing/g)).toHaveLength(3);
    expect(readFileSync(installed, "utf8")).toBe(`python install ${absent}\n`);
    const { status, stderr } = await brig(folder, ["build", "hello"], env);
    expect(status).toBe(1);
    expect(stderr).toContain(
      `error: python-missing: there is no Python ${absent} on this machine, and installing it by uv failed`,
    );
    expect(existsSync(join(folder, path, "builds/staged"))).toBe(false);
  });
});

test("a hundred functions that share a wheel fetch it and compile it once", async () => {
  const count = 100;
  // Takes any Python about a second to compile, and comes to little.
  const slow = `def f():\n    if 0:\n${"        (a, b, (c, d), e[f], g.h)\n".repeat(40_000)}word = 1\n`;
  const index = await serveIndex([smallWheel({ name: "gamma", files: { "gamma/__init__.py": slow } })]);
  const names = Array.from({ length: count }, (_, at) => `f${at}`);
  const requirements = `--index-url ${index.url}\ngamma\n`;
  const files = names.flatMap((name) => [
    [`functions/${name}/requirements.txt`, requirements],
    [`functions/${name}/src/lambda_function.py`, handler],
  ]);
  const folder = makeWorkspace({
    "brig.yaml": `function: {Runtime: ${runtime}}\n`,
    ...Object.fromEntries(files),
  });
  expect((await brig(folder, ["lock", "f0"])).status).toBe(0);
  for (const name of names.slice(1))
    cpSync(join(folder, "functions/f0/pylock.toml"), join(folder, `functions/${name}/pylock.toml`));
  // uv, too, looked into the wheel to lock it.
  index.served.length = 0;
  const store = temporaryFolder();
  const watch = watchCompilers(store);
  const { rows } = await buildRows(folder, ["build", "--all", "--frozen"], { BRIG_CACHE_DIR: store });
  const busy = watch.stop();
  expect(rows.filter(({ status }) => status !== "built")).toEqual([]);
  expect(new Set(rows.map(({ sha256 }) => sha256)).size).toBe(1);
  expect(index.served.filter((each) => each.endsWith(".whl"))).toHaveLength(1);
  if (process.platform === "linux") expect(busy).toBe(1);
});

/** Counts the Pythons that work for more than a moment, and do so with `mark` in their environment. */
function watchCompilers(mark: string): { stop: () => number } {
  const working = new Set<string>();
  const look = (): void => {
    if (!existsSync("/proc")) return;
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      if (working.has(pid)) continue;
      try {
        const fields = readFileSync(`/proc/${pid}/stat`, "utf8");
        if (!/\(python3?[\d.]*\)/.test(fields) || !isOurs(pid, mark)) continue;
        const ticks = Number(fields.slice(fields.lastIndexOf(")") + 2).split(" ")[11]);
        if (ticks >= 20) working.add(pid);
      } catch {
        // It has ended meanwhile.
      }
    }
  };
  const timer = setInterval(look, 20);
  return {
    stop: () => {
      clearInterval(timer);
      return working.size;
    },
  };
}

/** Whether a process descends from one that was started with this mark. */
function isOurs(pid: string, mark: string): boolean {
  let next = pid;
  while (next !== "0" && next !== "1") {
    if (readFileSync(`/proc/${next}/environ`, "utf8").includes(mark)) return true;
    const stat = readFileSync(`/proc/${next}/stat`, "utf8");
    next = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]!;
  }
  return false;
}
