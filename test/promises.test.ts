/** What the README of the original tool promised, each as a test named after it. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  brig,
  buildOne,
  commit,
  git,
  makeWorkspace,
  runProgram,
  temporaryFolder,
  writeFiles,
} from "./support/brig.ts";
import { compact, runtime } from "./support/python.ts";
import { zipNames, zipText } from "./support/zip-names.ts";

const handler = "def lambda_handler(event, context):\n    return 'one'\n";
const settings = `function:\n  Runtime: ${runtime}\n`;
const hello = { "brig.yaml": settings, "functions/hello/src/lambda_function.py": handler };

describe("a folder is a function", () => {
  test("functions/<name>/ and apis/<api>/functions/<name>/ with only src/", async () => {
    const folder = makeWorkspace({
      ...hello,
      "apis/orders/functions/ingest/src/lambda_function.py": handler,
    });
    const { stdout } = await brig(folder, ["list", "--json"]);
    const { functions } = JSON.parse(stdout) as {
      functions: { name: string; api: string | null; path: string }[];
    };
    expect(functions.map(({ name, api, path }) => [name, api, path])).toEqual([
      ["hello", null, "functions/hello"],
      ["orders/ingest", "orders", "apis/orders/functions/ingest"],
    ]);
  });

  test("a function can be moved into an API with nothing else changed", async () => {
    const folder = makeWorkspace(hello);
    const before = await buildOne(folder, ["build", "hello"]);
    mkdirSync(join(folder, "apis/greetings/functions"), { recursive: true });
    renameSync(join(folder, "functions/hello"), join(folder, "apis/greetings/functions/hello"));
    const after = await buildOne(folder, ["build", "hello"]);
    expect(after.name).toBe("greetings/hello");
    expect(after.sha256).toBe(before.sha256);
    expect(after.links.current).toBe(before.links.current);
  });
});

describe("build", () => {
  test("an existing stg/ is cleaned of what does not belong, src/ is copied, a zip with a unique name appears, staged points to it", async () => {
    const folder = makeWorkspace({
      ...hello,
      "functions/hello/stg/left/over.txt": "x",
      "functions/hello/stg/lambda_function.py": "old",
    });
    const path = join(folder, "functions/hello");
    symlinkSync("/etc", join(path, "stg/outside"));
    const row = await buildOne(path);
    expect(row.status).toBe("built");
    expect(row.zip).toMatch(/^functions\/hello\/builds\/\d{14}-[0-9a-f]{7,}\.zip$/);
    expect(existsSync(join(path, "stg/left"))).toBe(false);
    expect(lstatSync(join(path, "stg/outside"), { throwIfNoEntry: false })).toBeUndefined();
    expect(readFileSync(join(path, "stg/lambda_function.py"), "utf8")).toBe(handler);
    expect(readlinkSync(join(path, "builds/staged"))).toBe(row.links.staged);
    expect(zipNames(join(folder, row.zip!))).toEqual([
      `__pycache__/lambda_function.cpython-${compact}.pyc`,
      "lambda_function.py",
    ]);
    expect(row.tests.status).toBe("none");
    expect(row.links).toEqual({ staged: row.links.staged, current: row.links.staged, previous: null });
  });

  test("scripts/test is called with the name of the staging folder; the same script can test another folder by that argument", async () => {
    const script =
      '#!/bin/sh\necho "$1" > called\ntest -f "$1/lambda_function.py" && grep -q one "$1/lambda_function.py"\n';
    const folder = makeWorkspace({ ...hello, "functions/hello/scripts/test": script });
    const path = join(folder, "functions/hello");
    const row = await buildOne(path);
    expect(row.tests).toMatchObject({ status: "passed", runner: "scripts/test" });
    expect(readFileSync(join(path, "called"), "utf8")).toBe("stg\n");
    const other = temporaryFolder();
    writeFiles(other, { "lambda_function.py": "two" });
    expect((await runProgram(join(path, "scripts/test"), [other], path)).status).toBe(1);
  });

  test("if it passes, current becomes previous and a new current points where staged points; the old previous link is lost, its zip is not", async () => {
    const folder = makeWorkspace(hello);
    const source = join(folder, "functions/hello/src/lambda_function.py");
    const rows = [];
    for (const word of ["one", "two", "three"]) {
      writeFileSync(source, handler.replace("one", word));
      commit(folder, word);
      rows.push(await buildOne(folder, ["build", "hello"]));
    }
    const [first, second, third] = rows;
    expect(third!.links).toEqual({
      staged: third!.links.staged,
      current: third!.links.staged,
      previous: second!.links.staged,
    });
    expect(new Set(rows.map(({ zip }) => zip)).size).toBe(3);
    expect(existsSync(join(folder, first!.zip!))).toBe(true);
  });

  test("after a failing test staged is not current, and the exit status is 1", async () => {
    const folder = makeWorkspace({
      ...hello,
      "functions/hello/scripts/test": "#!/bin/sh\ngrep -q one $1/lambda_function.py\n",
    });
    const good = await buildOne(folder, ["build", "hello"]);
    writeFileSync(join(folder, "functions/hello/src/lambda_function.py"), handler.replace("one", "two"));
    const { status, stderr, stdout } = await brig(folder, ["build", "hello"]);
    expect(status).toBe(1);
    expect(stderr).toContain("error: tests-failed: the tests failed, so `current` stays at");
    expect(stderr).toContain("hint: run them again without building: brig test hello");
    expect(stdout).toContain("hello");
    const failed = await buildOne(folder, ["build", "hello"]);
    expect(failed.status).toBe("failed");
    expect(failed.error?.code).toBe("tests-failed");
    expect(failed.links.current).toBe(good.links.current);
    expect(failed.links.staged).not.toBe(failed.links.current);
  });

  test("tests in src/ with imports relative to the package that src/__init__.py makes run unchanged", async () => {
    const folder = makeWorkspace({
      ...hello,
      "functions/hello/src/__init__.py": "",
      "functions/hello/src/test_handler.py":
        "from .lambda_function import lambda_handler\n\ndef test_one():\n    assert lambda_handler({}, None) == 'one'\n",
    });
    const row = await buildOne(folder, ["build", "hello"]);
    expect(row.error).toBeNull();
    expect(row.tests).toMatchObject({ status: "passed", runner: "pytest" });
    const script = join(import.meta.dirname, "../scripts/brig-test");
    const { status, stdout } = await runProgram(script, [], join(folder, "functions/hello"));
    expect(stdout).toContain("1 passed");
    expect(status).toBe(0);
  });

  test("pytest runs tests/ with the staging tree first on sys.path, and its failure shows what failed", async () => {
    const folder = makeWorkspace({
      ...hello,
      "functions/hello/tests/test_handler.py":
        "import lambda_function, sys\n\ndef test_place():\n    assert sys.path.index(lambda_function.__file__.rsplit('/', 1)[0]) <= 1\n\ndef test_two():\n    assert lambda_function.lambda_handler({}, None) == 'two'\n",
    });
    const { status, stderr } = await brig(folder, ["build", "hello"]);
    expect(status).toBe(1);
    expect(stderr).toContain("1 of 2 tests failed, so there is no `current`");
    expect(stderr).toMatch(/assert 'one' == 'two'/);
  });
});

describe("brig-test", () => {
  test("is brig-build --testonly: it builds and tests, and does not move current", async () => {
    const folder = makeWorkspace({ ...hello, "functions/hello/scripts/test": "#!/bin/sh\nexit 0\n" });
    const script = join(import.meta.dirname, "../scripts/brig-test");
    const { status, stdout } = await runProgram(script, ["--json"], join(folder, "functions/hello"));
    expect(status).toBe(0);
    const [row] = (JSON.parse(stdout) as { functions: { links: object; tests: object }[] }).functions;
    expect(row!.links).toMatchObject({ current: null });
    expect(row!.tests).toMatchObject({ status: "passed" });
    const built = await buildOne(folder, ["build", "hello"]);
    expect(built.links.current).toBe(built.links.staged);
  });

  test("a scripts/ folder on PATH is all the set-up there is", async () => {
    const folder = makeWorkspace(hello);
    const path = `${join(import.meta.dirname, "../scripts")}:${process.env["PATH"]}`;
    const { status, stdout } = await runProgram("brig-build", ["--json"], join(folder, "functions/hello"), {
      PATH: path,
    });
    expect(status).toBe(0);
    expect(stdout).toContain('"status": "built"');
  });
});

describe("folders are light-weight repositories", () => {
  test("a tag hello/v1.2.0 versions the one folder", async () => {
    const folder = makeWorkspace({ ...hello, "functions/other/src/lambda_function.py": handler });
    git(folder, "tag", "hello/v1.2.0");
    const row = await buildOne(folder, ["build", "hello"]);
    expect(row.zip).toMatch(/\/\d{14}-v1\.2\.0\.zip$/);
    expect((await buildOne(folder, ["build", "other"])).zip).toMatch(/-[0-9a-f]{7,}\.zip$/);
  });

  test("dirtiness is the folder's own; committed, the same bytes get a clean name and previous stays", async () => {
    const folder = makeWorkspace(hello);
    writeFileSync(join(folder, "elsewhere.txt"), "changed");
    expect((await buildOne(folder, ["build", "hello"])).dirty).toBe(false);
    writeFileSync(join(folder, "functions/hello/src/lambda_function.py"), handler.replace("one", "two"));
    const dirty = await buildOne(folder, ["build", "hello"]);
    expect(dirty.dirty).toBe(true);
    expect(dirty.zip).toMatch(/-dirty\.zip$/);
    const hash = commit(folder, "Two");
    const clean = await buildOne(folder, ["build", "hello"]);
    expect(clean).toMatchObject({ status: "unchanged", dirty: false, commit: hash, sha256: dirty.sha256 });
    expect(clean.zip).not.toMatch(/dirty/);
    expect(clean.links).toEqual({
      staged: clean.links.staged,
      current: clean.links.staged,
      previous: dirty.links.previous,
    });
    expect(statSync(join(folder, clean.zip!)).ino).toBe(statSync(join(folder, dirty.zip!)).ino);
  });

  test("own README with its review policy: brig new writes one, doctor and list tell where it is missing", async () => {
    const folder = makeWorkspace(hello);
    expect((await brig(folder, ["new", "greet"])).status).toBe(0);
    expect(readFileSync(join(folder, "functions/greet/README.md"), "utf8")).toMatch(
      /^## Code review policy$/m,
    );
    const { stdout } = await brig(folder, ["list"]);
    expect(stdout).toMatch(/hello .* has no README/);
    expect(stdout).not.toMatch(/greet .* README/);
    expect((await brig(folder, ["doctor"])).stdout).toMatch(/functions\/hello has no README/);
  });

  test("own structure: build.source and build.requirements", async () => {
    const folder = makeWorkspace({
      "brig.yaml": settings,
      "functions/odd/brig.yaml": "build: {source: code, requirements: needs.txt}\n",
      "functions/odd/code/lambda_function.py": handler,
      "functions/odd/needs.txt": "# nothing\n",
    });
    const row = await buildOne(folder, ["build", "odd"]);
    expect(zipNames(join(folder, row.zip!))).toContain("lambda_function.py");
  });

  test("build.command fills a folder, which brig packs, tests and links; it runs again only when its inputs change", async () => {
    const folder = makeWorkspace({
      "functions/go/brig.yaml":
        "function: {Runtime: provided.al2023}\nbuild:\n  command: [sh, make.sh]\n  output: dist/\n",
      "functions/go/make.sh":
        "mkdir -p dist && cp program dist/bootstrap && chmod +x dist/bootstrap && echo run >> runs\n",
      "functions/go/program": "#!/bin/sh\necho one\n",
      ".gitignore": "stg/\nbuilds/\ndist/\nruns\n",
    });
    const row = await buildOne(folder, ["build", "go"]);
    expect(row.error).toBeNull();
    expect(zipText(join(folder, row.zip!), "bootstrap")).toContain("echo one");
    expect(row.links.current).toBe(row.links.staged);
    expect((await buildOne(folder, ["build", "go"])).status).toBe("unchanged");
    writeFileSync(join(folder, "functions/go/program"), "#!/bin/sh\necho two\n");
    expect(zipText(join(folder, (await buildOne(folder, ["build", "go"])).zip!), "bootstrap")).toContain(
      "echo two",
    );
  });
});

describe("lock away your source code securely", () => {
  const secrets: Readonly<Record<string, readonly [string, string]>> = {
    "an environment file": [".env", "TOKEN=x\n"],
    "a private key in any file": [
      "notes.txt",
      "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA75\n-----END RSA PRIVATE KEY-----\n",
    ],
    "an AWS access key with its secret": [
      "config.py",
      "KEY = 'AKIAIOSFODNN7EXAMPLE'\nSECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'\n",
    ],
    "a .netrc": [".netrc", "machine example.org login me password hunter2\n"],
  };
  for (const [name, [file, text]] of Object.entries(secrets)) {
    test(`${name} is refused, its value never shown, and can be allowed by path`, async () => {
      const folder = makeWorkspace({ ...hello, [`functions/hello/src/${file}`]: text });
      const { status, stdout, stderr } = await brig(folder, ["build", "hello"]);
      expect(status).toBe(1);
      expect(stderr).toContain(`error: secret-found: functions/hello/src/${file}`);
      expect(stdout + stderr).not.toMatch(/wJalr|hunter2|MIIE|TOKEN/);
      expect(existsSync(join(folder, "functions/hello/builds/staged"))).toBe(false);
      writeFiles(folder, { "functions/hello/brig.yaml": `build: {allow: ["src/${file}"]}\n` });
      expect((await buildOne(folder, ["build", "hello"])).error).toBeNull();
    });
  }

  test("public certificates pass; version control, editor and OS files are left out", async () => {
    const folder = makeWorkspace({
      ...hello,
      "functions/hello/src/ca.pem": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
      "functions/hello/src/.DS_Store": "x",
      "functions/hello/src/.gitignore": "x",
      "functions/hello/src/lambda_function.py~": "x",
      "functions/hello/src/__pycache__/old.cpython-39.pyc": "x",
    });
    const row = await buildOne(folder, ["build", "hello"]);
    expect(zipNames(join(folder, row.zip!))).toEqual([
      `__pycache__/lambda_function.cpython-${compact}.pyc`,
      "ca.pem",
      "lambda_function.py",
    ]);
  });

  test("symbolic links that leave the repository are refused; inside they are followed", async () => {
    const folder = makeWorkspace({ ...hello, "shared/common.py": "x = 1\n" });
    const source = join(folder, "functions/hello/src");
    symlinkSync("../../../shared/common.py", join(source, "common.py"));
    const row = await buildOne(folder, ["build", "hello"]);
    expect(zipText(join(folder, row.zip!), "common.py")).toBe("x = 1\n");
    symlinkSync("/etc/hostname", join(source, "outside"));
    const { status, stderr } = await brig(folder, ["build", "hello"]);
    expect(status).toBe(1);
    expect(stderr).toContain("error: link-outside: functions/hello/src/outside");
  });

  test("stg/ and builds/ are for the owner only, and in .gitignore (brig init, brig new)", async () => {
    const folder = temporaryFolder();
    git(folder, "init", "-q");
    expect((await brig(folder, ["init"])).status).toBe(0);
    expect((await brig(folder, ["new", "hello", "--runtime", runtime])).status).toBe(0);
    const row = await buildOne(folder, ["build", "hello"]);
    expect(row.tests).toMatchObject({ status: "passed", runner: "pytest" });
    for (const name of ["stg", "builds"]) {
      expect(statSync(join(folder, "functions/hello", name)).mode & 0o777).toBe(0o700);
    }
    expect(git(folder, "status", "--porcelain", "--untracked-files=all")).not.toMatch(/stg|builds/);
  });
});
