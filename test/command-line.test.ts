/** What a user types and sees: flags, exit statuses, JSON, colours, completion, mistakes. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { BuildRow } from "../src/build/report.ts";
import {
  brig,
  buildRows,
  type Env,
  makeWorkspace,
  program,
  type Result,
  runProgram,
  temporaryFolder,
  writeFiles,
} from "./support/brig.ts";
import { runtime } from "./support/python.ts";

const verbs = ["build", "test", "list", "lock", "new", "init", "clean", "doctor", "completion"];
const handler = "def lambda_handler(event, context):\n    return 1\n";
const settings = `function: {Runtime: ${runtime}}\n`;

let folder: string;
beforeAll(() => {
  folder = makeWorkspace({
    "brig.yaml": settings,
    "functions/hello/src/lambda_function.py": handler,
    "functions/ingest/src/lambda_function.py": handler,
    "apis/orders/functions/ingest/src/lambda_function.py": handler,
    "apis/orders/functions/ship/src/lambda_function.py": handler,
    "functions/wrong/brig.yaml": "buidl: {}\n",
    "functions/wrong/src/lambda_function.py": handler,
    "functions/failing/src/lambda_function.py": handler,
    "functions/failing/scripts/test": "#!/bin/sh\necho 'it is broken'\nexit 1\n",
    "notes/readme.txt": "no function\n",
  });
});

function errorOf({ stdout }: Result): { code: string; message: string; hint: string | null } {
  const document = JSON.parse(stdout) as { error: { code: string; message: string; hint: string | null } };
  expect(Object.keys(document)).toEqual(["error"]);
  expect(Object.keys(document.error)).toEqual(["code", "message", "hint"]);
  return document.error;
}

describe("usage errors exit 2, say what is wrong and what was probably meant, also as JSON", () => {
  const wrong: readonly (readonly [readonly string[], RegExp, RegExp])[] = [
    [["biuld"], /"biuld"/, /brig build/],
    [["frobnicate"], /"frobnicate"/, /brig --help/],
    [["build", "--fozen"], /--fozen/, /--frozen/],
    [["--jsno", "build"], /--jsno/, /--json/],
    [["build", "--jobs", "many"], /--jobs.*"many"/, /./],
    [["build", "--jobs", "-1"], /--jobs/, /./],
    [["build", "--jobs", "0"], /--jobs.*"?0/, /./],
    [["build", "--jobs"], /--jobs/, /brig build --help/],
    [["build", "--all=yes"], /--all/, /brig build --help/],
    [["build", "--color", "alway"], /"alway"/, /always/],
    [["build", "-x"], /-x/, /brig build --help/],
    [["build", "--testonly", "--no-test"], /--testonly.*--no-test/, /./],
    [["new"], /NAME/, /brig new --help/],
    [["new", "a", "b"], /"b"/, /brig new --help/],
    [["list", "hello"], /"hello"/, /brig list --help/],
    [["completion", "tcsh"], /"tcsh".*bash, zsh, fish/, /./],
    [["clean", "--keep", "1.5"], /--keep.*"1\.5"/, /./],
    [["build", "--verison"], /--verison/, /--version/],
    [["build", ""], /./, /./],
  ];
  for (const [args, message, hint] of wrong) {
    test(`brig ${args.join(" ")}`, async () => {
      const plain = await brig(folder, args);
      expect(plain.status).toBe(2);
      expect(plain.stdout).toBe("");
      expect(plain.stderr).toMatch(/^error: [a-z-]+: .*\n/);
      const json = await brig(folder, [...args, "--json"]);
      expect(json.status).toBe(2);
      const error = errorOf(json);
      expect(error.message).toMatch(message);
      expect(error.hint ?? "").toMatch(hint);
    });
  }

  test("no verb: help, and exit 2", async () => {
    const { status, stdout, stderr } = await brig(folder, []);
    expect(status).toBe(2);
    expect(stdout + stderr).toContain("Usage: brig VERB");
  });
});

describe("the command's own faults", () => {
  test("an unknown function, with the nearest name", async () => {
    const result = await brig(folder, ["build", "helo", "--json"]);
    expect(result.status).toBe(2);
    expect(errorOf(result)).toMatchObject({
      code: "function-not-found",
      hint: expect.stringContaining("hello"),
    });
  });

  test("a name that two folders share: both are listed, nothing is built", async () => {
    const result = await brig(folder, ["build", "hello", "ingest", "--json"]);
    expect(result.status).toBe(2);
    const { code, message, hint } = errorOf(result);
    expect(code).toBe("function-ambiguous");
    expect(`${message} ${hint}`).toMatch(/functions\/ingest/);
    expect(`${message} ${hint}`).toMatch(/apis\/orders\/functions\/ingest/);
    expect(readdirSync(join(folder, "functions/hello"))).not.toContain("builds");
    const { rows } = await buildRows(folder, ["build", "orders/ingest"]);
    expect(rows.map(({ path }) => path)).toEqual(["apis/orders/functions/ingest"]);
  });

  test("a folder that is not a function: what one is", async () => {
    for (const [place, args] of [
      [join(folder, "notes"), []],
      [folder, ["notes"]],
      [folder, []],
      [join(folder, "notes"), ["."]],
    ] as const) {
      const { status, stderr } = await brig(place, ["build", ...args]);
      expect(status).toBe(2);
      expect(stderr).toMatch(/^error: function-not-found: /);
      if (args[0] !== "notes") expect(stderr).toMatch(/functions\/<name>\/ .* with src\//);
    }
  });

  test("no workspace", async () => {
    const result = await brig(temporaryFolder(), ["build", "--json"]);
    expect(result.status).toBe(2);
    const { code, message, hint } = errorOf(result);
    expect(code).toBe("workspace-not-found");
    expect(message).toMatch(/functions\/.*a function by itself, with src\//);
    expect(hint).toMatch(/brig init/);
  });

  test("-C to a folder that is not there", async () => {
    const result = await brig(folder, ["-C", "nowhere", "list", "--json"]);
    expect(result.status).toBe(2);
    expect(errorOf(result).message).toMatch(/nowhere/);
  });
});

describe("rows", () => {
  test("one function's fault stands in its row; exit 2 of a wrong brig.yaml wins over 1 of failed tests", async () => {
    const both = await buildRows(folder, ["build", "wrong", "failing", "hello"]);
    expect(both.status).toBe(2);
    expect(both.rows.map(({ name, status, error }) => [name, status, error?.code ?? null])).toEqual([
      ["wrong", "failed", "config-invalid"],
      ["failing", "failed", "tests-failed"],
      ["hello", both.rows[2]!.status, null],
    ]);
    expect((await buildRows(folder, ["build", "failing", "hello"])).status).toBe(1);
  });

  test("stdout holds exactly one JSON document, and what tests print is not in it", async () => {
    const { status, stdout, stderr } = await brig(folder, ["build", "failing", "--force", "--json"]);
    expect(status).toBe(1);
    expect((JSON.parse(stdout) as { functions: BuildRow[] }).functions[0]!.tests.status).toBe("failed");
    expect(stdout).not.toContain("it is broken");
    expect(stderr).toContain("it is broken");
  });

  test("the summary of a build fits in five lines, below its name", async () => {
    const { stdout, stderr, status } = await brig(folder, ["build", "hello", "--force"]);
    expect(status).toBe(0);
    expect(stderr).toBe("");
    const lines = stdout.trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(6);
    expect(lines[0]).toMatch(/^hello {2}/);
    const again = await brig(folder, ["build", "hello"]);
    expect(again.stdout).toMatch(/^hello {2}unchanged {2}builds\/\S+\.zip is current\n$/);
  });

  test("-q prints the zip's path and nothing else", async () => {
    const { stdout, stderr } = await brig(folder, ["build", "hello", "-q"]);
    expect(stdout).toMatch(/^functions\/hello\/builds\/\d{14}\S*\.zip\n$/);
    expect(stderr).toBe("");
  });
});

describe.skipIf(!existsSync("/dev/full"))("a full disk behind an output", () => {
  const run = (line: string): Promise<Result> =>
    runProgram("/bin/sh", ["-c", `'${process.execPath}' '${program}' ${line}`], folder);

  test("stdout: the data is lost, and that is said without a stack trace", async () => {
    const { status, stderr } = await run("list --json > /dev/full");
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: disk-full: stdout takes no more: .*\n$/);
  });

  test("stderr: the work is done all the same", async () => {
    const { status, stdout } = await run("build hello --force -v 2> /dev/full");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^hello /);
    expect((await run("build helo 2> /dev/full")).status).toBe(2);
  });
});

describe("flags of brig itself", () => {
  test("stand before the verb or after it", async () => {
    const after = await brig(folder, ["list", "--json", "-C", "functions"]);
    expect(after.status).toBe(0);
    for (const args of [
      ["--json", "list"],
      ["--json", "-C", "functions/hello", "list"],
      ["--directory", "functions", "--color", "never", "list", "--json"],
      ["-C", "functions", "--color=always", "-v", "list", "--json"],
    ]) {
      const { status, stdout } = await brig(folder, args);
      expect(status, args.join(" ")).toBe(0);
      expect(stdout).toBe(after.stdout);
    }
  });

  test("-C is as if started there", async () => {
    const elsewhere = temporaryFolder();
    const { rows } = await buildRows(elsewhere, ["-C", join(folder, "functions/hello"), "build"]);
    expect(rows.map(({ path }) => path)).toEqual(["functions/hello"]);
  });

  test("--version, with any verb", async () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../package.json"), "utf8")) as {
      version: string;
    };
    for (const args of [["--version"], ["build", "--version"]]) {
      expect((await brig("/", args)).stdout).toBe(`brig ${version}\n`);
    }
    expect(JSON.parse((await brig("/", ["--version", "--json"])).stdout)).toEqual({ version });
  });

  test("--help of brig and of each verb, from anywhere, before or after the verb", async () => {
    const { stdout, status, stderr } = await brig("/", ["--help"]);
    expect([status, stderr]).toEqual([0, ""]);
    for (const verb of verbs) {
      expect(stdout).toMatch(new RegExp(`^  ${verb} +\\S`, "m"));
      const help = await brig("/", [verb, "--help"]);
      expect([help.status, help.stderr]).toEqual([0, ""]);
      expect(help.stdout).toContain(`Usage: brig ${verb}`);
      expect(help.stdout).toContain(`docs/commands/${verb}.md`);
      if (verb === "new") expect((await brig("/", ["-h", verb])).stdout).toBe(help.stdout);
    }
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(130);
  });

  test("help loads little", () => {
    const probe = `process.on("exit", () => console.error(JSON.stringify(Object.keys(require.cache))));process.argv[1] = ${JSON.stringify(program)};require(process.argv[1])`;
    const { stderr, stdout } = spawnSync(process.execPath, ["-e", probe, "--", program, "--help"], {
      encoding: "utf8",
    });
    expect(stdout).toContain("Usage");
    const loaded = JSON.parse(stderr.trim().split("\n").at(-1)!) as string[];
    expect(loaded.length).toBeLessThanOrEqual(6);
  });
});

describe("colours", () => {
  const escape = "\u001B[";

  test("none where nobody looks, none with NO_COLOR, always with --color always", async () => {
    const colours: Env = { NO_COLOR: undefined, FORCE_COLOR: undefined };
    expect((await brig(folder, ["list"], colours)).stdout).not.toContain(escape);
    expect((await brig(folder, ["build", "helo"], colours)).stderr).not.toContain(escape);
    expect((await brig(folder, ["list", "--color", "always"])).stdout).toContain(escape);
    expect((await brig(folder, ["--color=always", "build", "helo"])).stderr).toContain(escape);
    expect((await brig(folder, ["list", "--color", "always", "--json"])).stdout).not.toContain(escape);
  });

  test("progress is drawn on a terminal only, and its line is taken away", (context) => {
    if (spawnSync("script", ["--version"]).status !== 0)
      return context.skip("there is no program `script` here");
    const run = (env: Env, line = "build hello --force"): string => {
      const command = `'${process.execPath}' '${program}' ${line} || true`;
      return execFileSync("script", ["-qec", command, "/dev/null"], {
        cwd: folder,
        encoding: "utf8",
        env: { ...process.env, TERM: "xterm", NO_COLOR: undefined, ...env },
      });
    };
    const drawn = run({});
    expect(drawn).toContain(`${escape}1mhello${escape}22m`);
    expect(run({ NO_COLOR: "1" })).not.toContain(`${escape}1m`);
    // Of the two streams one may go into a file, as with `brig list | grep`.
    expect(run({}, "list 2> /dev/null")).toContain(`${escape}1mhello`);
    expect(run({}, "list | cat")).toMatch(/^hello /m);
    expect(run({}, "build helo > /dev/null")).toContain(`${escape}31merror`);
    expect(run({}, "build helo 2>&1 > /dev/null | cat")).toMatch(/^error: /m);
    // A terminal that tells no size, as `script` makes without one, has as many columns as one usually has.
    expect(drawn).not.toMatch(/hello {2}[a-z]*in[\r\n]/);
    for (const part of drawn.split("\r").filter((text) => /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/u.test(text))) {
      expect(part).not.toContain("\n");
    }
  });
});

describe("completion", () => {
  /** What bash offers for the last of the words. */
  function complete(words: readonly string[], cwd = folder): string[] {
    const bin = temporaryFolder();
    writeFiles(bin, { brig: `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n` });
    const list = words.map((word) => `'${word}'`).join(" ");
    const script = `eval "$(brig completion bash)"; COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _brig; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const env = { ...process.env, PATH: `${bin}:${process.env["PATH"]}` };
    return execFileSync("bash", ["-c", script], { cwd, encoding: "utf8", env }).trim().split("\n").toSorted();
  }

  test("bash: verbs, flags, names of functions, shells", () => {
    expect(complete(["brig", "b"])).toEqual(["build"]);
    expect(complete(["brig", "build", "--fr"])).toEqual(["--frozen"]);
    expect(complete(["brig", "build", "he"])).toEqual(["hello"]);
    expect(complete(["brig", "build", "orders/"])).toEqual(["orders/ingest", "orders/ship"]);
    expect(complete(["brig", "--json", "test", "hel"])).toEqual(["hello"]);
    expect(complete(["brig", "-C", join(folder, "functions"), "build", "--of"])).toEqual(["--offline"]);
    expect(complete(["brig-build", "hel"])).toEqual(["hello"]);
    expect(complete(["brig-test", "--no"])).toEqual([""]);
    expect(complete(["brig", "completion", "f"])).toEqual(["fish"]);
    expect(complete(["brig", "build", "x"], temporaryFolder())).toEqual([""]);
  });

  for (const [shell, check] of [
    ["bash", ["-n"]],
    ["zsh", ["-n"]],
    ["fish", ["--no-execute"]],
  ] as const) {
    test(`the script for ${shell} is one that ${shell} can read`, async (context) => {
      const { status, stdout } = await brig("/", ["completion", shell]);
      expect(status).toBe(0);
      expect(stdout).toContain("brig-build");
      if (spawnSync(shell, ["--version"]).status !== 0) return context.skip(`there is no ${shell} here`);
      const file = join(temporaryFolder(), "script");
      writeFileSync(file, stdout);
      expect(spawnSync(shell, [...check, file], { encoding: "utf8" })).toMatchObject({
        status: 0,
        stderr: "",
      });
    });
  }
});

describe("making things", () => {
  test("brig new refuses names that AWS would not take, and never touches what is there", async () => {
    for (const name of [
      "a b",
      "../escape",
      "x/y/z",
      "",
      ".",
      "ümlaut",
      "-x",
      "a".repeat(70),
      "stg/",
      "a\nb",
    ]) {
      const result = await brig(folder, ["new", "--json", "--", name]);
      expect(result.status, JSON.stringify(name)).toBe(2);
      expect(errorOf(result).code).toBe("usage-invalid");
    }
    const before = readFileSync(join(folder, "functions/hello/src/lambda_function.py"));
    const taken = await brig(folder, ["new", "hello", "--json"]);
    expect(taken.status).toBe(1);
    expect(errorOf(taken).code).toBe("already-exists");
    expect(readFileSync(join(folder, "functions/hello/src/lambda_function.py"))).toEqual(before);
    writeFiles(folder, { "functions/file": "mine" });
    const file = await brig(folder, ["new", "file", "--json"]);
    expect([file.status, errorOf(file).code]).toEqual([1, "already-exists"]);
    rmSync(join(folder, "functions/file"));
  });

  test("brig init keeps what is there and can be repeated", async () => {
    const place = temporaryFolder();
    writeFiles(place, { ".gitignore": "secret\n", "functions/old/src/lambda_function.py": handler });
    expect((await brig(place, ["init"])).status).toBe(0);
    expect(readFileSync(join(place, ".gitignore"), "utf8")).toMatch(/^secret\n/);
    const first = readdirSync(place).map((name) => [
      name,
      name.startsWith(".") || name.endsWith("yaml") ? readFileSync(join(place, name), "utf8") : "",
    ]);
    const again = JSON.parse((await brig(place, ["init", "--json"])).stdout) as {
      written: string[];
      functions: string[];
    };
    expect(again).toMatchObject({ written: [], functions: ["old"] });
    expect(
      readdirSync(place).map((name) => [
        name,
        name.startsWith(".") || name.endsWith("yaml") ? readFileSync(join(place, name), "utf8") : "",
      ]),
    ).toEqual(first);
    writeFileSync(join(place, "file"), "");
    for (const name of ["file", "file/below"]) {
      const result = await brig(place, ["init", name, "--json"]);
      expect(result.status).toBe(1);
      expect(errorOf(result).message).toContain("file");
    }
  });

  test("brig clean removes only builds without a link, and keeps the newest where asked to", async () => {
    const place = makeWorkspace({ "brig.yaml": settings, "functions/hello/src/lambda_function.py": handler });
    const builds = join(place, "functions/hello/builds");
    for (const word of ["1", "2", "3", "4", "5"]) {
      writeFileSync(join(place, "functions/hello/src/lambda_function.py"), `${handler}# ${word}\n`);
      await buildRows(place, ["build", "hello"]);
    }
    const zips = (): number => readdirSync(builds).filter((name) => name.endsWith(".zip")).length;
    expect(zips()).toBe(5);
    await brig(place, ["clean", "--keep", "2"]);
    expect(zips()).toBe(4);
    const { stdout } = await brig(place, ["clean", "--json"]);
    expect(
      (JSON.parse(stdout) as { removed: string[] }).removed.filter((name) => name.endsWith(".zip")),
    ).toHaveLength(2);
    expect(zips()).toBe(2);
    const { rows } = await buildRows(place, ["build", "hello"]);
    expect(rows[0]).toMatchObject({ status: "unchanged" });
    expect(readdirSync(join(place, "functions/hello"))).toContain("stg");
  });

  test("brig doctor tells what is wrong with a folder and ends with 1 only for faults", async () => {
    const wrong = await brig(folder, ["doctor", "--json"]);
    expect(wrong.status).toBe(1);
    expect(wrong.stdout).toContain("buidl");
    const place = makeWorkspace({ "brig.yaml": settings });
    mkdirSync(join(place, "functions"));
    const good = await brig(place, ["doctor"]);
    expect(good.status, good.stdout).toBe(0);
    expect(good.stdout).toMatch(/git/);
  });
});
