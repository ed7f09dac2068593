/** Requirements in all their forms, and what becomes of them in pylock.toml and in the zip. */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { parseLock } from "../src/python/lock-file.ts";
import type { LockedPackage } from "../src/python/lock.ts";
import { sha256Of } from "../src/store/content.ts";
import {
  brig,
  buildOne,
  commit,
  type Env,
  git,
  makeWorkspace,
  runProgram,
  temporaryFolder,
  writeFiles,
} from "./support/brig.ts";
import { minor, pythonFile, runtime, uvFile } from "./support/python.ts";
import { type SmallWheel, smallWheel, writeWheels } from "./support/wheels.ts";
import { zipNames, zipText } from "./support/zip-names.ts";

const settings = `function: {Runtime: ${runtime}}\n`;
const path = "functions/hello";

/** Wheels of the tests' own, so that no index of the world decides: two versions of `alpha`, what it needs, and more. */
const wheels: readonly SmallWheel[] = [
  { name: "alpha", version: "1.0", requires: ["beta>=1"] },
  { name: "alpha", version: "2.0", requires: ["beta>=1"], extras: { fast: ["gamma"] } },
  { name: "beta", version: "1.0" },
  { name: "beta", version: "1.5" },
  { name: "gamma", version: "1.0" },
  { name: "delta", version: "1.0" },
];
let links: string;
beforeAll(() => {
  links = join(temporaryFolder("brig-links-"), "wheels");
  writeWheels(links, ...wheels);
});

/** A function with these requirements, in a repository that holds the wheels in `wheels/`. */
function workspaceWith(requirements: string, files: Readonly<Record<string, string>> = {}): string {
  const folder = makeWorkspace({
    "brig.yaml": settings,
    [`${path}/src/lambda_function.py`]: "def lambda_handler(event, context):\n    return 'one'\n",
    [`${path}/requirements.txt`]: requirements,
    ...files,
  });
  cpSync(links, join(folder, "wheels"), { recursive: true });
  return folder;
}

function pyproject(name: string, version: string): string {
  return `[project]\nname = "${name}"\nversion = "${version}"\ndescription = "Small"\n[build-system]\nrequires = ["flit_core<4"]\nbuild-backend = "flit_core.buildapi"\n`;
}

const local = "--no-index\n--find-links ../../wheels\n";

function locked(folder: string, name = path): readonly LockedPackage[] {
  const file = join(folder, name, "pylock.toml");
  return parseLock(readFileSync(file, "utf8"), "pylock.toml").packages;
}

function versions(folder: string, name = path): Record<string, string | undefined> {
  return Object.fromEntries(locked(folder, name).map((each) => [each.name, each.version]));
}

interface LockRow {
  readonly status: string;
  readonly changes: readonly { kind: string; name: string }[];
  readonly error: { code: string; message: string; hint: string } | null;
}

async function lock(
  folder: string,
  args: readonly string[] = [],
  env: Env = {},
): Promise<LockRow & { exit: number; stderr: string }> {
  const { status, stdout, stderr } = await brig(join(folder, path), ["lock", ...args, "--json"], env);
  const document: { functions?: LockRow[]; error?: unknown } = JSON.parse(stdout);
  const { functions, error } = document;
  if (!functions) throw new Error(`no rows: ${JSON.stringify(error)} ${stderr}`);
  return { ...functions[0]!, exit: status, stderr };
}

async function lockWell(folder: string, args: readonly string[] = [], env: Env = {}): Promise<LockRow> {
  const row = await lock(folder, args, env);
  expect(row.error).toBeNull();
  return row;
}

describe("requirements.txt in all its forms", () => {
  test("-r, -c, markers, extras, comments, continued lines", async () => {
    const folder = workspaceWith(
      `${local}-r more/names.txt\n-c pins.txt  # nothing newer\nalpha[fast] \\\n  >=1 ; python_version >= "3.10"\ndelta; python_version < "3.10"\n`,
      {
        [`${path}/more/names.txt`]: "-r inner.txt\n",
        [`${path}/more/inner.txt`]: "gamma\n",
        [`${path}/pins.txt`]: "beta==1.0\ndelta==1.0\n",
      },
    );
    await lockWell(folder);
    expect(versions(folder)).toEqual({ alpha: "2.0", beta: "1.0", gamma: "1.0" });
    const row = await buildOne(folder, ["build", "hello", "--frozen"]);
    expect(row.error).toBeNull();
    expect(zipText(join(folder, row.zip!), "beta.py")).toBe('version = "1.0"\n');
  });

  test("every file that is included is an input of the lock", async () => {
    const folder = workspaceWith(`${local}-r names.txt\n`, {
      [`${path}/names.txt`]: "-c pins.txt\nalpha\n",
      [`${path}/pins.txt`]: "beta==1.0\n",
    });
    await buildOne(folder, ["build", "hello"]);
    expect((await buildOne(folder, ["build", "hello"])).status).toBe("unchanged");
    writeFileSync(join(folder, path, "pins.txt"), "beta==1.5\n");
    const check = await lock(folder, ["--check"]);
    expect(check.exit).toBe(1);
    expect(check.error?.code).toBe("lock-outdated");
    const row = await buildOne(folder, ["build", "hello"]);
    expect(row.status).toBe("built");
    expect(zipText(join(folder, row.zip!), "beta.py")).toBe('version = "1.5"\n');
  });

  test("--hash: the right one passes, a wrong one is a mismatch, a missing one is named", async () => {
    const sha = (name: string): string =>
      sha256Of(smallWheel(wheels.find((each) => each.name === name)!).bytes);
    const right = `${local}gamma==1.0 --hash=sha256:${sha("gamma")}\n`;
    const folder = workspaceWith(right);
    await lockWell(folder);
    const file = join(folder, path, "requirements.txt");
    writeFileSync(file, right.replace(sha("gamma"), "0".repeat(64)));
    expect((await lock(folder)).error).toMatchObject({
      code: "hash-mismatch",
      message: expect.stringContaining("gamma 1.0"),
    });
    writeFileSync(file, `${right}delta==1.0\n`);
    expect((await lock(folder)).error).toMatchObject({
      code: "requirements-invalid",
      message: expect.stringContaining("delta has no --hash"),
    });
    writeFileSync(file, `${right}delta==1.0 --hash=sha256:${sha("delta")}\n`);
    await lockWell(folder);
  });

  test("a locked wheel whose bytes are other than the lock says is never installed", async () => {
    const folder = workspaceWith(`${local}gamma\n`);
    await lockWell(folder);
    writeFileSync(
      join(folder, "wheels/gamma-1.0-py3-none-any.whl"),
      smallWheel({ name: "gamma", files: { "gamma.py": "evil = 1\n" } }).bytes,
    );
    const row = await buildOne(folder, ["build", "hello", "--frozen"], { BRIG_CACHE_DIR: temporaryFolder() });
    expect(row.error?.code).toBe("hash-mismatch");
    expect(existsSync(join(folder, path, "builds/staged"))).toBe(false);
  });

  test("a wheel by its path, by a file URL, and by name with a path", async () => {
    const forms = [
      "../../wheels/gamma-1.0-py3-none-any.whl",
      "gamma @ ../../wheels/gamma-1.0-py3-none-any.whl",
    ];
    const folder = workspaceWith("");
    for (const form of [...forms, pathToFileURL(join(folder, "wheels/gamma-1.0-py3-none-any.whl")).href]) {
      writeFileSync(join(folder, path, "requirements.txt"), `--no-index\n${form}\n`);
      await lockWell(folder);
      expect(locked(folder)[0]).toMatchObject({
        name: "gamma",
        source: { kind: "wheel", file: { path: "../../wheels/gamma-1.0-py3-none-any.whl", url: undefined } },
      });
    }
    expect((await buildOne(folder, ["build", "hello"])).error).toBeNull();
  });

  test("a shared source folder, ../../lib/common: its changes are inputs", async () => {
    const folder = workspaceWith("../../lib/common\n", {
      "lib/common/pyproject.toml": pyproject("common-lib", "1.0"),
      "lib/common/common_lib.py": '"""Shared."""\nword = "one"\n',
    });
    const first = await buildOne(folder, ["build", "hello"]);
    expect(first.error).toBeNull();
    expect(locked(folder)[0]!.source).toEqual({ kind: "directory", path: "../../lib/common" });
    expect(zipText(join(folder, first.zip!), "common_lib.py")).toContain('word = "one"');
    expect((await buildOne(folder, ["build", "hello"])).status).toBe("unchanged");
    writeFileSync(join(folder, "lib/common/common_lib.py"), '"""Shared."""\nword = "two"\n');
    // The lock names the folder, not its content: it stays valid.
    const second = await buildOne(folder, ["build", "hello", "--frozen"]);
    expect(second.error).toBeNull();
    expect(second.status).toBe("built");
    expect(second.dirty).toBe(true);
    expect(zipText(join(folder, second.zip!), "common_lib.py")).toContain('word = "two"');
    // Building leaves nothing behind in the shared folder.
    expect(git(folder, "status", "--porcelain", "--ignored", "lib")).toBe("M lib/common/common_lib.py");
  });

  test("a shared folder that says what it depends on in other files, and one of Poetry's", async () => {
    const folder = workspaceWith("../../lib/tools\n../../lib/poem\n", {
      ".gitignore": "stg/\nbuilds/\nlocal_*.py\n",
      "lib/tools/pyproject.toml":
        '[project]\nname = "tools"\ndynamic = ["version", "dependencies"]\n[tool.setuptools]\npackages = ["tools"]\n[tool.setuptools.dynamic]\nversion = {attr = "tools.version"}\ndependencies = {file = "needs.txt"}\n[build-system]\nrequires = ["setuptools==80.9.0"]\nbuild-backend = "setuptools.build_meta"\n',
      "lib/tools/needs.txt": "idna==3.9\n",
      "lib/tools/tools/__init__.py": 'version = "2.0"\n',
      "lib/poem/pyproject.toml":
        '[tool.poetry]\nname = "poem"\nversion = "1.0"\ndescription = "x"\nauthors = []\ninclude = [{path = "poem/local_made.py", format = "wheel"}]\n[tool.poetry.dependencies]\npython = ">=3.9"\n[build-system]\nrequires = ["poetry-core==2.2.1"]\nbuild-backend = "poetry.core.masonry.api"\n',
      "lib/poem/poem/__init__.py": "",
    });
    writeFiles(folder, {
      "lib/poem/poem/local_settings.py": "password = 'x'\n",
      "lib/poem/poem/local_made.py": "",
      "lib/poem/poem/local_kept.py": "",
    });
    git(folder, "add", "-f", "lib/poem/poem/local_kept.py");
    const row = await buildOne(folder, ["build", "hello"]);
    expect(row.error).toBeNull();
    expect(versions(folder)).toMatchObject({ idna: "3.9" });
    const packed = zipNames(join(folder, row.zip!)).filter((name) => /^poem\/\w+\.py$/.test(name));
    // What git ignores stays at home, as where Poetry builds it; what is tracked, or named by `include`, comes along.
    expect(packed).toEqual(["poem/__init__.py", "poem/local_kept.py", "poem/local_made.py"]);
    // Neither resolving nor building left anything in the folders.
    expect(git(folder, "status", "--porcelain", "--ignored", "lib").split("\n").toSorted()).toEqual([
      "!! lib/poem/poem/local_made.py",
      "!! lib/poem/poem/local_settings.py",
      "A  lib/poem/poem/local_kept.py",
    ]);
    writeFiles(folder, { "lib/poem/poem/local_settings.py": "password = 'y'\n" });
    expect((await buildOne(folder, ["build", "hello"])).status).toBe("unchanged");
    writeFiles(folder, { "lib/tools/needs.txt": "idna==3.10\n" });
    expect((await lock(folder, ["--check"])).error?.code).toBe("lock-outdated");
    await lockWell(folder);
    expect(versions(folder)).toMatchObject({ idna: "3.10" });
  });

  test("a secret in shared code that would go into the zip is refused, what lies beside it is not", async () => {
    const key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA75\n-----END RSA PRIVATE KEY-----\n";
    const folder = workspaceWith("../../lib/common\n", {
      "lib/common/pyproject.toml": pyproject("common-lib", "1.0"),
      "lib/common/.env": "TOKEN=x\n",
      "lib/common/common_lib/__init__.py": '"""Shared."""\n',
    });
    expect((await buildOne(folder, ["build", "hello"])).error).toBeNull();
    writeFiles(folder, { "lib/common/common_lib/key.pem": key });
    const { error } = await buildOne(folder, ["build", "hello"]);
    expect(error).toMatchObject({
      code: "secret-found",
      message: "common_lib/key.pem of ../../lib/common looks like a private key, and would go into the zip",
      hint: expect.stringContaining('build: {allow: ["common_lib/key.pem"]}'),
    });
    writeFiles(folder, { [`${path}/brig.yaml`]: `${settings}build: {allow: [common_lib/key.pem]}\n` });
    expect((await buildOne(folder, ["build", "hello"])).error).toBeNull();
  });

  test("a source folder with an extension is built for this host, and for no other", async () => {
    const code = `#include <Python.h>
static PyObject* answer(PyObject* self, PyObject* none) { return PyLong_FromLong(42); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, ""}, {0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "native", "", -1, methods};
PyMODINIT_FUNC PyInit_native(void) { return PyModule_Create(&module); }
`;
    const own = process.arch === "arm64" ? "arm64" : "x86_64";
    const other = own === "arm64" ? "x86_64" : "arm64";
    const settingsFor = (architecture: string): string =>
      `function: {Runtime: ${runtime}, Architectures: [${architecture}]}\n`;
    const folder = workspaceWith("../../lib/native\n", {
      [`${path}/brig.yaml`]: settingsFor(own),
      [`${path}/tests/test_native.py`]:
        "import native\n\ndef test_answer():\n    assert native.answer() == 42\n",
      "lib/native/pyproject.toml":
        '[project]\nname = "native"\nversion = "1.0"\n[build-system]\nrequires = ["setuptools==80.9.0"]\nbuild-backend = "setuptools.build_meta"\n',
      "lib/native/setup.py":
        "from setuptools import Extension, setup\n\nsetup(ext_modules=[Extension('native', ['native.c'])])\n",
      "lib/native/native.c": code,
    });
    const row = await buildOne(folder, ["build", "hello"]);
    expect(row.error).toBeNull();
    expect(row.tests.status).toBe("passed");
    expect(zipNames(join(folder, row.zip!)).filter((name) => name.endsWith(".so"))).toHaveLength(1);
    writeFileSync(join(folder, path, "brig.yaml"), settingsFor(other));
    const foreign = await buildOne(folder, ["build", "hello"]);
    expect(foreign.error).toMatchObject({
      code: "wheel-missing",
      message: expect.stringContaining(`does not run on ${runtime} on ${other}`),
      hint: expect.stringContaining(`Architectures: [${own}]`),
    });
  });

  test("git+file: the commit is locked, and a new commit does not move it", async () => {
    const library = makeWorkspace({
      "pyproject.toml": pyproject("gitted", "3.1"),
      "gitted.py": '"""From git."""\nword = "one"\n',
    });
    const first = git(library, "rev-parse", "HEAD");
    const folder = workspaceWith(`gitted @ git+${pathToFileURL(library).href}@main\n`);
    const built = await buildOne(folder, ["build", "hello"]);
    expect(built.error).toBeNull();
    expect(locked(folder)[0]).toMatchObject({
      name: "gitted",
      source: { kind: "vcs", type: "git", commit: first },
    });
    expect(zipText(join(folder, built.zip!), "gitted.py")).toContain('word = "one"');
    writeFileSync(join(library, "gitted.py"), '"""From git."""\nword = "two"\n');
    const second = commit(library, "Two");
    expect((await buildOne(folder, ["build", "hello"])).status).toBe("unchanged");
    await lockWell(folder, ["--upgrade"]);
    expect(locked(folder)[0]).toMatchObject({ source: { commit: second } });
    expect(zipText(join(folder, (await buildOne(folder, ["build", "hello"])).zip!), "gitted.py")).toContain(
      'word = "two"',
    );
  });

  test("an sdist alone is built, once, and is pure", async () => {
    const folder = workspaceWith("docopt==0.6.2\n");
    const row = await buildOne(folder, ["build", "hello"]);
    expect(row.error).toBeNull();
    expect(locked(folder)[0]!.source.kind).toBe("sdist");
    expect(zipNames(join(folder, row.zip!))).toContain("docopt.py");
    rmSync(join(folder, path, "builds"), { recursive: true });
    const again = await buildOne(folder, ["build", "hello", "--offline"]);
    expect(again.sha256).toBe(row.sha256);
  });

  test("what is wrong is named with its file and line", async () => {
    const folder = workspaceWith(`${local}alpha\n--frobnicate\n`);
    expect((await lock(folder)).error).toMatchObject({
      code: "requirements-invalid",
      message: expect.stringContaining("requirements.txt:4"),
    });
    writeFileSync(join(folder, path, "requirements.txt"), `${local}-r missing.txt\n`);
    expect((await lock(folder)).error).toMatchObject({
      code: "requirements-invalid",
      message: expect.stringContaining("requirements.txt:3"),
    });
    writeFileSync(join(folder, path, "requirements.txt"), `${local}omega\n`);
    expect((await lock(folder)).error).toMatchObject({
      code: "resolve-failed",
      message: expect.stringContaining("omega"),
    });
    writeFileSync(join(folder, path, "requirements.txt"), "/etc\n");
    expect((await lock(folder)).error?.code).toMatch(/^(link-outside|requirements-invalid)$/);
  });
});

describe("pyproject.toml and uv.lock", () => {
  const project = `[project]\nname = "hello"\nversion = "0"\nrequires-python = ">=${minor}"\ndependencies = ["alpha<2"]\n[dependency-groups]\nextra = ["gamma"]\ndev = ["delta"]\n`;
  const uvFolder = '[tool.uv]\nno-index = true\nfind-links = ["../../wheels"]\n';

  test("project.dependencies stand in for requirements.txt, build.groups add to them", async () => {
    const folder = workspaceWith("", {
      [`${path}/pyproject.toml`]: project + uvFolder,
      [`${path}/brig.yaml`]: "build: {groups: [extra]}\n",
    });
    rmSync(join(folder, path, "requirements.txt"));
    await lockWell(folder);
    expect(versions(folder)).toEqual({ alpha: "1.0", beta: "1.5", gamma: "1.0" });
    const row = await buildOne(folder, ["build", "hello", "--frozen"]);
    expect(zipNames(join(folder, row.zip!))).not.toContain("delta.py");
  });

  test("an uv.lock decides; one that pyproject.toml has left behind is outdated", async () => {
    const folder = workspaceWith("", { [`${path}/pyproject.toml`]: project + uvFolder });
    const here = join(folder, path);
    rmSync(join(here, "requirements.txt"));
    rmSync(join(folder, "wheels/beta-1.5-py3-none-any.whl"));
    const python = await pythonFile(minor);
    const made = await runProgram(await uvFile(), ["lock", "--python", python], here);
    expect(made.stderr).toContain("Resolved");
    writeWheels(join(folder, "wheels"), { name: "beta", version: "1.5" });
    await lockWell(folder);
    expect(versions(folder)).toEqual({ alpha: "1.0", beta: "1.0" });
    writeFileSync(join(here, "pyproject.toml"), (project + uvFolder).replace("alpha<2", "delta"));
    expect((await lock(folder)).error).toMatchObject({ code: "lock-outdated", hint: "uv lock" });
  });
});

describe("Amazon Linux 2", () => {
  for (const [older, requirement] of [
    ["python3.11", "pandas"],
    ["python3.9", "lxml"],
  ] as const) {
    test(`${older}: wheels up to glibc 2.26 are found, none above is taken`, async () => {
      const folder = workspaceWith(`${requirement}\n`, {
        [`${path}/brig.yaml`]: `function: {Runtime: ${older}}\n`,
      });
      await lockWell(folder);
      for (const { name, source } of locked(folder)) {
        expect(source.kind, name).toBe("wheel");
        const floors = [
          ...(source.kind === "wheel" ? source.file.name : "").matchAll(/manylinux_2_(\d+)/g),
        ].map((match) => Number(match[1]));
        if (floors.length > 0) expect(Math.min(...floors), name).toBeLessThanOrEqual(26);
      }
    });
  }

  test("wheels for 2.24 and 2.26 are taken, for 2.27 and 2.28 not", async () => {
    const folder = workspaceWith(`${local}native\n`, {
      [`${path}/brig.yaml`]: "function: {Runtime: python3.11}\n",
    });
    const tags = (floor: number): string => `cp311-cp311-manylinux_2_${floor}_x86_64`;
    writeWheels(
      join(folder, "wheels"),
      { name: "native", version: "3.0", tags: tags(28) },
      { name: "native", version: "2.5", tags: tags(27) },
    );
    const missing = await lock(folder);
    expect(missing.error).toMatchObject({
      code: "wheel-missing",
      message: expect.stringMatching(/native .*python3\.11 on x86_64 \(glibc 2\.26\).*manylinux_2_2[78]/),
    });
    writeWheels(join(folder, "wheels"), { name: "native", version: "2.0", tags: tags(24) });
    await lockWell(folder);
    expect(versions(folder)).toEqual({ native: "2.0" });
    writeWheels(join(folder, "wheels"), { name: "native", version: "2.1", tags: tags(26) });
    await lockWell(folder, ["--upgrade"]);
    expect(versions(folder)).toEqual({ native: "2.1" });
    writeFileSync(
      join(folder, path, "brig.yaml"),
      "function: {Runtime: python3.11, Architectures: [arm64]}\n",
    );
    expect((await lock(folder)).error).toMatchObject({
      code: "wheel-missing",
      message: expect.stringContaining("arm64"),
    });
  });
});

describe("brig lock", () => {
  test("what is locked stays; --upgrade and --upgrade-package move it; the changes are reported", async () => {
    const folder = workspaceWith(`${local}alpha\ndelta\n`);
    rmSync(join(folder, "wheels/alpha-2.0-py3-none-any.whl"));
    rmSync(join(folder, "wheels/beta-1.5-py3-none-any.whl"));
    const first = await lockWell(folder);
    expect(first.status).toBe("locked");
    expect(first.changes).toHaveLength(3);
    writeWheels(join(folder, "wheels"), ...wheels);
    expect((await lockWell(folder)).status).toBe("unchanged");
    writeFileSync(join(folder, path, "requirements.txt"), `${local}alpha\ndelta\ngamma\n`);
    expect((await lockWell(folder)).changes).toEqual([{ kind: "added", name: "gamma", to: "1.0" }]);
    expect(versions(folder)).toMatchObject({ alpha: "1.0", beta: "1.0" });
    expect((await lockWell(folder, ["--upgrade-package", "beta"])).changes).toMatchObject([{ name: "beta" }]);
    expect(versions(folder)).toMatchObject({ alpha: "1.0", beta: "1.5" });
    const { stdout } = await brig(join(folder, path), ["lock", "--upgrade"]);
    expect(stdout).toContain("alpha 1.0 → 2.0");
    expect(stdout).toContain("hello  4 packages, pylock.toml written");
    writeFileSync(join(folder, path, "requirements.txt"), `${local}gamma\n`);
    expect((await brig(join(folder, path), ["lock"])).stdout).toContain("hello  1 package, pylock.toml");
    writeFileSync(join(folder, path, "requirements.txt"), `${local}alpha\ndelta\ngamma\n`);
    await lockWell(folder);
    expect(versions(folder)).toMatchObject({ alpha: "2.0", beta: "1.5" });
    const check = await lock(folder, ["--check"]);
    expect(check).toMatchObject({ exit: 0, status: "unchanged" });
  });

  test("--check and --frozen resolve nothing and write nothing", async () => {
    const folder = workspaceWith(`${local}gamma\n`);
    expect(await lock(folder, ["--check"])).toMatchObject({
      exit: 1,
      error: { code: "lock-outdated", hint: "brig lock hello" },
    });
    expect((await buildOne(folder, ["build", "hello", "--frozen"])).error?.code).toBe("lock-outdated");
    expect(existsSync(join(folder, path, "pylock.toml"))).toBe(false);
    await lockWell(folder);
    const other = minor === "3.12" ? "3.13" : "3.12";
    writeFileSync(join(folder, path, "brig.yaml"), `function: {Runtime: python${other}}\n`);
    const before = readFileSync(join(folder, path, "pylock.toml"), "utf8");
    expect(await lock(folder, ["--check"])).toMatchObject({
      exit: 1,
      error: { message: expect.stringContaining(other) },
    });
    expect(readFileSync(join(folder, path, "pylock.toml"), "utf8")).toBe(before);
  });

  test("a lock made here is valid, and builds the same, in a clone elsewhere", async () => {
    const folder = workspaceWith(`${local}alpha[fast]\n../../wheels/delta-1.0-py3-none-any.whl\n`);
    commit(folder, "Wheels");
    const here = await buildOne(folder, ["build", "hello"]);
    expect(here.error).toBeNull();
    commit(folder, "Lock");
    const text = readFileSync(join(folder, path, "pylock.toml"), "utf8");
    expect(text).not.toContain(folder);
    const clone = join(temporaryFolder("brig clone ö "), "else where");
    git(folder, "clone", "-q", folder, clone);
    const there = await buildOne(clone, ["build", "hello", "--frozen"], {
      BRIG_CACHE_DIR: temporaryFolder(),
    });
    expect(there.error).toBeNull();
    expect(there.sha256).toBe(here.sha256);
    expect(git(clone, "status", "--porcelain")).toBe("");
  });

  test("wheels of a folder outside of the repository are found from a clone at another depth", async () => {
    const folder = workspaceWith("--no-index\nalpha\n");
    const env = { PIP_FIND_LINKS: links };
    const here = await buildOne(folder, ["build", "hello"], env);
    expect(here.error).toBeNull();
    commit(folder, "Lock");
    const clone = join(temporaryFolder(), "one/two");
    git(folder, "clone", "-q", folder, clone);
    const there = await buildOne(clone, ["build", "hello", "--frozen"], {
      ...env,
      BRIG_CACHE_DIR: temporaryFolder(),
    });
    expect(there.error).toBeNull();
    expect(there.sha256).toBe(here.sha256);
  });

  test("a lock that makes no sense is refused, not taken", async () => {
    const folder = workspaceWith(`${local}gamma\n`);
    for (const text of ["lock-version = 1\n[[", "", 'lock-version = "9.0"\n', "\u0000"]) {
      writeFileSync(join(folder, path, "pylock.toml"), text);
      const row = await buildOne(folder, ["build", "hello", "--frozen"]);
      expect(row.error?.code).toMatch(/^lock-(invalid|outdated)$/);
    }
  });

  test("other tools read it: uv pip install -r and uv pip sync", async () => {
    const folder = workspaceWith(
      `idna==3.10\n--find-links ../../wheels\nalpha\ndelta @ ../../wheels/delta-1.0-py3-none-any.whl\n`,
    );
    await lockWell(folder);
    const here = join(folder, path);
    const [uv, python] = await Promise.all([uvFile(), pythonFile(minor)]);
    const installed = await runProgram(
      uv,
      ["pip", "install", "--python", python, "--target", "out", "-r", "pylock.toml"],
      here,
    );
    expect(installed.stderr).toContain("+ idna==3.10");
    expect(installed.status).toBe(0);
    for (const file of ["idna/__init__.py", "alpha.py", "beta.py", "delta.py"])
      expect(existsSync(join(here, "out", file)), file).toBe(true);
    await runProgram(uv, ["venv", "-q", "--python", python, "environment"], here);
    const synced = await runProgram(
      uv,
      ["pip", "sync", "--python", "environment/bin/python", "pylock.toml"],
      here,
    );
    expect(synced.stderr).toContain("+ beta==1.5");
    expect(synced.status).toBe(0);
  });
});

describe("offline", () => {
  for (const [name, args, env] of [
    ["--offline", ["--offline"], {}],
    ["BRIG_OFFLINE", [], { BRIG_OFFLINE: "1" }],
  ] as const) {
    test(`${name}: a warm store is enough, a cold one says what is missing`, async () => {
      const folder = workspaceWith("six==1.17.0\n");
      const warm = await buildOne(folder, ["build", "hello"]);
      expect(warm.error).toBeNull();
      rmSync(join(folder, path, "builds"), { recursive: true });
      rmSync(join(folder, path, "stg"), { recursive: true });
      const again = await buildOne(folder, ["build", "hello", ...args], env);
      expect(again.error).toBeNull();
      expect(again.sha256).toBe(warm.sha256);
      rmSync(join(folder, path, "builds"), { recursive: true });
      const cold = await buildOne(folder, ["build", "hello", ...args], {
        ...env,
        BRIG_CACHE_DIR: temporaryFolder(),
      });
      expect(cold.error).toMatchObject({
        code: "offline",
        message: expect.stringContaining("six"),
      });
      renameSync(join(folder, path, "pylock.toml"), join(folder, path, "old.toml"));
      mkdirSync(join(folder, "cache"));
      const unlocked = await buildOne(folder, ["build", "hello", ...args], {
        ...env,
        UV_CACHE_DIR: join(folder, "cache"),
      });
      expect(unlocked.error?.code).toBe("offline");
    });
  }
});

test("direct URL", async () => {
  const folder = workspaceWith("");
  const { url, sha256 } = await sixOnIndex();
  writeFiles(folder, { [`${path}/requirements.txt`]: `six @ ${url}\n` });
  const row = await buildOne(folder, ["build", "hello"]);
  expect(row.error).toBeNull();
  expect(locked(folder)[0]).toMatchObject({ name: "six", source: { kind: "wheel", file: { url, sha256 } } });
  expect(zipNames(join(folder, row.zip!))).toContain("six.py");
});

async function sixOnIndex(): Promise<{ url: string; sha256: string }> {
  const folder = workspaceWith("six==1.17.0\n");
  await lockWell(folder);
  const { source } = locked(folder)[0]!;
  if (source.kind !== "wheel") throw new Error("six is no wheel");
  return { url: source.file.url!, sha256: source.file.sha256 };
}

describe("nothing is resolved twice", () => {
  /** A uv that writes down how often it compiled, first on PATH. */
  async function countingUv(folder: string): Promise<{ env: Env; count: () => number }> {
    const log = join(folder, ".git", "runs");
    const script = `#!/bin/sh\ncase "$2" in compile) echo run >> '${log}' ;; esac\nexec '${await uvFile()}' "$@"\n`;
    writeFiles(join(folder, ".git"), { "bin/uv": script });
    const count = (): number => (existsSync(log) ? readFileSync(log, "utf8").split("\n").length - 1 : 0);
    return { env: { PATH: `${join(folder, ".git", "bin")}:${process.env["PATH"]}` }, count };
  }

  const names = ["one", "two", "three", "four"];
  function functionsWith(requirements: (name: string) => string): string {
    const files = names.flatMap((name) => [
      [`functions/${name}/src/lambda_function.py`, `name = "${name}"\n`],
      [`functions/${name}/requirements.txt`, requirements(name)],
    ]);
    return workspaceWith(`${local}delta\n`, Object.fromEntries(files) as Record<string, string>);
  }

  test("functions that ask the same of uv share one run, and each has a lock of its own", async () => {
    const folder = functionsWith(() => `${local}alpha\n`);
    const { env, count } = await countingUv(folder);
    const result = await brig(folder, ["lock", "--all", "--json"], env);
    expect(result.status, result.stdout).toBe(0);
    // One for `alpha`, one for the function that needs `delta`.
    expect(count()).toBe(2);
    for (const name of names)
      expect(versions(folder, `functions/${name}`)).toEqual({ alpha: "2.0", beta: "1.5" });
    expect(versions(folder)).toEqual({ delta: "1.0" });
  });

  test("functions that differ in a constraint, Python or uv's own settings do not", async () => {
    const folder = functionsWith((name) => `${local}alpha\n${name === "two" ? "-c old.txt\n" : ""}`);
    writeFiles(join(folder, "functions"), {
      "two/old.txt": "beta<1.5\n",
      "three/brig.yaml": "function: {Architectures: [arm64]}\n",
      "four/uv.toml": 'constraint-dependencies = ["alpha<2"]\n',
    });
    const { env, count } = await countingUv(folder);
    const result = await brig(folder, ["lock", "one", "two", "three", "four", "--json"], env);
    expect(result.status, result.stdout).toBe(0);
    expect(count()).toBe(4);
    const at = (name: string): Record<string, string | undefined> => versions(folder, `functions/${name}`);
    expect(at("one")).toEqual({ alpha: "2.0", beta: "1.5" });
    expect(at("two")).toEqual({ alpha: "2.0", beta: "1.0" });
    expect(at("three")).toEqual({ alpha: "2.0", beta: "1.5" });
    expect(at("four")).toEqual({ alpha: "1.0", beta: "1.5" });
  });
});
