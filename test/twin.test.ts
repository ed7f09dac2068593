/** Where tests run: under the function's own Python, away from the interpreter's packages, on a twin for another machine. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Manifest } from "../src/build/manifest.ts";
import { brig, buildOne, buildRows, makeWorkspace, temporaryFolder, writeFiles } from "./support/brig.ts";
import { compact, lacks, minor, minorsHere, ownMinor, pythonFile, runtime } from "./support/python.ts";
import { writeWheels } from "./support/wheels.ts";
import { zipNames } from "./support/zip-names.ts";

const path = "functions/hello";
/** The machine that this host is not, in AWS's words, in those of wheels, and as an ELF file has it. */
const foreign =
  process.arch === "arm64"
    ? ({ architecture: "x86_64", wheels: "x86_64", elf: 0x3e } as const)
    : ({ architecture: "arm64", wheels: "aarch64", elf: 0xb7 } as const);

describe("a function for another machine", () => {
  const scientific = ["3.13", "3.12"].find((each) => !lacks(each));

  test.skipIf(scientific === undefined)(
    "its zip holds that machine's wheels; its tests run on a twin with the host's, and brig says so (needs Python 3.12 or 3.13)",
    async () => {
      const folder = makeWorkspace({
        [`${path}/brig.yaml`]: `function: {Runtime: python${scientific}, Architectures: [${foreign.architecture}]}\n`,
        [`${path}/requirements.txt`]: "numpy==2.3.5\n",
        [`${path}/src/__init__.py`]: "",
        [`${path}/src/lambda_function.py`]:
          "import numpy\n\ndef lambda_handler(event, context):\n    return int(numpy.arange(4).sum())\n",
        [`${path}/src/test_handler.py`]:
          "from .lambda_function import lambda_handler\nimport numpy\n\ndef test_sum():\n    assert lambda_handler({}, None) == 6\n    assert numpy.__version__ == '2.3.5'\n",
        [`${path}/tests/test_plain.py`]:
          "import lambda_function\n\ndef test_sum():\n    assert lambda_function.lambda_handler({}, None) == 6\n",
      });
      const { status, stdout, stderr } = await brig(folder, ["build", "hello"]);
      expect(stderr).not.toContain("error:");
      expect(status).toBe(0);
      expect(stderr).toContain("tested on a twin with this host's wheels");
      expect(stdout).toContain("2 passed");
      const row = await buildOne(folder, ["build", "hello"]);
      expect(row.status).toBe("unchanged");
      const zip = join(folder, row.zip!);
      const libraries = zipNames(zip).filter((name) => /\.so(\.|$)/.test(name));
      expect(libraries.length).toBeGreaterThan(10);
      for (const name of libraries) {
        expect(readFileSync(join(folder, path, "stg", name)).readUInt16LE(18), name).toBe(foreign.elf);
      }
      const manifest: Manifest = JSON.parse(readFileSync(join(folder, row.manifest!), "utf8"));
      expect(manifest.wheels).toMatchObject([
        { name: "numpy", version: "2.3.5", file: expect.stringContaining(foreign.wheels) },
      ]);
      // What is found wrong there counts: the tests are not waved through.
      writeFiles(folder, { [`${path}/tests/test_plain.py`]: "def test_false():\n    assert False\n" });
      expect((await buildOne(folder, ["build", "hello"])).error?.code).toBe("tests-failed");
    },
  );

  test("scripts/test gets the twin's folder, and pure packages need none", async () => {
    const script =
      '#!/bin/sh\necho "$1" > called\ntest -f "$1/lambda_function.py" && test -f "$1/gamma.py"\n';
    const folder = makeWorkspace({
      [`${path}/brig.yaml`]: `function: {Runtime: ${runtime}, Architectures: [${foreign.architecture}]}\n`,
      [`${path}/requirements.txt`]: "--no-index\n--find-links ../../wheels\ngamma\n",
      [`${path}/src/lambda_function.py`]: "lambda_handler = print\n",
      [`${path}/scripts/test`]: script,
    });
    writeWheels(join(folder, "wheels"), { name: "gamma" });
    const pure = await brig(folder, ["build", "hello"]);
    expect(pure.status).toBe(0);
    expect(pure.stderr).not.toContain("twin");
    expect(readFileSync(join(folder, path, "called"), "utf8")).toBe("stg\n");
    const tags = (machine: string): string => `cp${compact}-cp${compact}-manylinux_2_17_${machine}`;
    const files = { "gamma.py": "x = 1\n" };
    writeWheels(
      join(folder, "wheels"),
      { name: "gamma", version: "2.0", tags: tags("x86_64"), files },
      { name: "gamma", version: "2.0", tags: tags("aarch64"), files },
    );
    expect((await brig(folder, ["lock", "hello", "--upgrade"])).status).toBe(0);
    const impure = await brig(folder, ["build", "hello"]);
    expect(impure.stderr).toContain("tested on a twin");
    expect(impure.status).toBe(0);
    const tree = readFileSync(join(folder, path, "called"), "utf8").trim();
    expect(tree).not.toBe("stg");
    expect(existsSync(join(folder, path, tree, "gamma.py"))).toBe(true);
  });
});

test("where the host has no such wheel, the zip is made all the same, and the way out is told", async () => {
  const folder = makeWorkspace({
    [`${path}/brig.yaml`]: `function: {Runtime: ${runtime}, Architectures: [${foreign.architecture}]}\n`,
    [`${path}/requirements.txt`]: "--no-index\n--find-links ../../wheels\ngamma\n",
    [`${path}/src/lambda_function.py`]: "lambda_handler = print\n",
    [`${path}/tests/test_one.py`]: "def test_one():\n    pass\n",
  });
  writeWheels(join(folder, "wheels"), {
    name: "gamma",
    tags: `cp${compact}-cp${compact}-manylinux_2_17_${foreign.wheels}`,
  });
  const row = await buildOne(folder, ["build", "hello"]);
  expect(row.error).toMatchObject({
    code: "wheel-missing",
    message: expect.stringMatching(
      new RegExp(`^the tests cannot run on this host: gamma 1\\.0 has no wheel for python${minor} on `),
    ),
    hint: expect.stringMatching(/^brig build hello --no-test /),
  });
  const untested = await buildOne(folder, ["build", "hello", "--no-test"]);
  expect(untested.error).toBeNull();
  expect(untested.links).toMatchObject({ staged: expect.stringContaining(".zip"), current: null });
});

test.skipIf(minorsHere.length < 2)(
  "each function is tested under its own Python version (needs two)",
  async () => {
    const versions = [minorsHere.at(-1)!, minor];
    const files = versions.flatMap((version) => {
      const name = `functions/f${version.replace(".", "")}`;
      return [
        [`${name}/brig.yaml`, `function: {Runtime: python${version}}\n`],
        [`${name}/src/lambda_function.py`, "lambda_handler = print\n"],
        [
          `${name}/tests/test_version.py`,
          `import sys\n\ndef test_version():\n    assert "%d.%d" % sys.version_info[:2] == "${version}"\n`,
        ],
      ];
    });
    const { rows } = await buildRows(makeWorkspace(Object.fromEntries(files)), ["build", "--all"]);
    expect(rows.map(({ error }) => error)).toEqual([null, null]);
    expect(rows.map(({ tests }) => tests.status)).toEqual(["passed", "passed"]);
  },
);

test("test requirements are there for the tests, and nowhere in the tree", async () => {
  const folder = makeWorkspace({
    [`${path}/brig.yaml`]: `function: {Runtime: ${runtime}}\ntest: {requirements: [sortedcontainers==2.4.0]}\n`,
    [`${path}/requirements.txt`]: "six==1.16.0\n",
    [`${path}/requirements-test.txt`]: "mergedeep==1.3.4\nsix\n",
    [`${path}/src/lambda_function.py`]: "lambda_handler = print\n",
    [`${path}/tests/test_there.py`]:
      "import mergedeep, sortedcontainers, six, os\n\ndef test_there():\n    assert six.__version__ == '1.16.0'\n    assert os.path.basename(os.path.dirname(six.__file__)) == 'stg'\n    assert 'stg' not in mergedeep.__file__.split(os.sep)\n",
  });
  const row = await buildOne(folder, ["build", "hello"]);
  expect(row.error).toBeNull();
  const tops = (names: readonly string[]): string[] =>
    [...new Set(names.map((name) => name.split("/")[0]!))].toSorted();
  const expected = ["__pycache__", "lambda_function.py", "six-1.16.0.dist-info", "six.py"];
  expect(tops(zipNames(join(folder, row.zip!)))).toEqual(expected);
  expect(readdirSync(join(folder, path, "stg")).toSorted()).toEqual(expected);
  // They are inputs of the tests, not of the zip.
  writeFiles(folder, {
    [`${path}/requirements-test.txt`]: "mergedeep==1.3.3\nsix\n",
    [`${path}/tests/test_there.py`]:
      "import mergedeep\n\ndef test_there():\n    import importlib.metadata as m\n    assert m.version('mergedeep') == '1.3.3'\n",
  });
  const second = await buildOne(folder, ["build", "hello"]);
  expect(second.error).toBeNull();
  expect(second.zip).toBe(row.zip);
  expect(second.tests.status).toBe("passed");
});

test("what test requirements include is an input of the tests: files by -r, and source folders", async () => {
  const asserting = (word: string): string =>
    `import shared, six\n\ndef test_it():\n    assert (shared.word, six.__version__) == (${word})\n`;
  const folder = makeWorkspace({
    [`${path}/brig.yaml`]: `function: {Runtime: ${runtime}}\ntest: {requirements: [../../lib/shared]}\n`,
    [`${path}/requirements-test.txt`]: "-r ../../testing.txt\n",
    "testing.txt": "six==1.16.0\n",
    [`${path}/src/lambda_function.py`]: "lambda_handler = print\n",
    [`${path}/tests/test_it.py`]: asserting("'one', '1.16.0'"),
    "lib/shared/pyproject.toml":
      '[project]\nname = "shared"\nversion = "1.0"\ndescription = "Small"\n[build-system]\nrequires = ["flit_core<4"]\nbuild-backend = "flit_core.buildapi"\n',
    "lib/shared/shared.py": "word = 'one'\n",
  });
  const first = await buildOne(folder, ["build", "hello"]);
  expect(first.error).toBeNull();
  expect((await buildOne(folder, ["build", "hello"])).status).toBe("unchanged");
  const fails = async (): Promise<void> => {
    const row = await buildOne(folder, ["build", "hello"]);
    expect([row.tests.status, row.zip]).toEqual(["failed", first.zip]);
  };
  writeFiles(folder, { "lib/shared/shared.py": "word = 'two'\n" });
  await fails();
  writeFiles(folder, { "lib/shared/shared.py": "word = 'one'\n", "testing.txt": "six==1.17.0\n" });
  await fails();
  writeFiles(folder, { "testing.txt": "six==1.16.0\n" });
  expect((await buildOne(folder, ["build", "hello"])).tests.status).toBe("passed");
});

/**
 * A Python of its own: the real one's program and standard library, but with site-packages that hold a module and a
 * .pth file which, at every start, appends to certifi's certificates in whatever is on the path.
 */
async function tamperingPython(): Promise<Record<string, string>> {
  const real = await pythonFile(ownMinor!);
  const home = temporaryFolder("brig python ");
  const prefix = join(home, "versions/own");
  const library = join(prefix, `lib/python${ownMinor}`);
  mkdirSync(join(prefix, "bin"), { recursive: true });
  mkdirSync(join(library, "site-packages"), { recursive: true });
  copyFileSync(real, join(prefix, `bin/python${ownMinor}`));
  const realLibrary = join(dirname(dirname(real)), `lib/python${ownMinor}`);
  for (const name of readdirSync(realLibrary)) {
    if (name !== "site-packages") symlinkSync(join(realLibrary, name), join(library, name));
  }
  const tamper = `
import os, sys
for folder in [*sys.path, *os.environ.get("PYTHONPATH", "").split(":")]:
    file = os.path.join(folder, "certifi/cacert.pem")
    if os.path.isfile(file):
        open(file, "a").write("# appended\\n")
`;
  writeFiles(library, {
    "site-packages/tamper.pth": "import tamper\n",
    "site-packages/tamper.py": tamper,
    "site-packages/only_here.py": "x = 1\n",
  });
  return {
    PYENV_ROOT: home,
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    PYTHON: join(prefix, `bin/python${ownMinor}`),
  };
}

describe("an interpreter with packages and .pth files of its own", () => {
  test.skipIf(ownMinor === undefined)(
    "neither is seen by tests, and the staging tree stays as it is (needs a Python beside the system's)",
    async () => {
      const env = await tamperingPython();
      const folder = makeWorkspace({
        [`${path}/brig.yaml`]: `function: {Runtime: python${ownMinor}}\n`,
        [`${path}/requirements.txt`]: "certifi==2025.11.12\n",
        [`${path}/src/lambda_function.py`]: "lambda_handler = print\n",
        [`${path}/tests/test_alone.py`]: `
import importlib.util, subprocess, sys
import certifi

def test_alone():
    assert sys.base_prefix == ${JSON.stringify(dirname(dirname(env["PYTHON"]!)))}
    assert importlib.util.find_spec("only_here") is None
    assert importlib.util.find_spec("pip") is None
    assert "# appended" not in open(certifi.where()).read()

def test_alone_in_a_child():
    child = "import certifi, importlib.util as u; print(u.find_spec('only_here'), '# appended' in open(certifi.where()).read())"
    assert subprocess.run([sys.executable, "-c", child], capture_output=True, text=True).stdout == "None False\\n"
`,
      });
      const { status, stdout, stderr } = await brig(folder, ["build", "hello"], env);
      expect(stderr).not.toContain("error:");
      expect(stdout).toContain("2 passed");
      expect(status).toBe(0);
      const tree = join(folder, path, "stg");
      expect(readFileSync(join(tree, "certifi/cacert.pem"), "utf8")).not.toContain("# appended");
      // The .pth file does what it says where nobody guards against it.
      writeFiles(folder, {
        [`${path}/scripts/test`]: `#!/bin/sh\nPYTHONPATH="$1" "${env["PYTHON"]}" -c 'import certifi'\n`,
      });
      const careless = await buildOne(folder, ["build", "hello"], env);
      expect(careless.error).toMatchObject({
        code: "tests-changed-tree",
        message: expect.stringContaining("certifi/cacert.pem"),
      });
      // The next build puts it right.
      writeFiles(folder, { [`${path}/scripts/test`]: "#!/bin/sh\nexit 0\n" });
      expect((await buildOne(folder, ["build", "hello"], env)).error).toBeNull();
      expect(readFileSync(join(tree, "certifi/cacert.pem"), "utf8")).not.toContain("# appended");
    },
  );
});
