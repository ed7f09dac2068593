/** brig as users get it: the npm package, and a clone that sets itself up. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { BuildRow } from "../src/build/report.ts";
import { type Env, makeWorkspace, type Result, runProgram, temporaryFolder } from "./support/brig.ts";
import { minor, pythonFile, runtime } from "./support/python.ts";

const root = join(import.meta.dirname, "..");
const handler = "def lambda_handler(event, context):\n    return 'one'\n";
const hello = {
  "brig.yaml": `function: {Runtime: ${runtime}}\n`,
  "functions/hello/src/lambda_function.py": handler,
  "functions/hello/tests/test_handler.py":
    "from lambda_function import lambda_handler\n\ndef test_one():\n    assert lambda_handler({}, None) == 'one'\n",
};

/** npm's own settings on this machine count: a registry may be reached in no other way. */
const npmSettings = Object.fromEntries(
  Object.entries(process.env).filter(([name]) =>
    /^(npm_config_|.*_proxy$|NODE_EXTRA_CA_CERTS$|SSL_CERT)/i.test(name),
  ),
);

describe("the npm package", { timeout: 240_000 }, () => {
  let installed: string;
  let packed: { filename: string; files: { path: string; mode: number }[] };

  beforeAll(() => {
    const folder = temporaryFolder("brig package ");
    // The bundle is there: others run it at this moment.
    const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
    const output = execFileSync("npm", args, {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    packed = (JSON.parse(output) as (typeof packed)[])[0]!;
    installed = join(folder, "elsewhere");
    const home = join(folder, "home");
    mkdirSync(installed);
    mkdirSync(home);
    // The AWS SDK is for deploying: nothing of building may need it.
    const install = ["install", "--no-audit", "--no-fund", "--omit=optional", join(folder, packed.filename)];
    execFileSync("npm", install, { cwd: installed, env: { ...process.env, HOME: home }, stdio: "ignore" });
  });

  function npx(args: readonly string[], cwd: string, env: Env = {}): Promise<Result> {
    return runProgram("npx", ["--no-install", "--prefix", installed, ...args], cwd, env);
  }

  test("holds the program, its documents and its licence, and neither sources nor tests", () => {
    const paths = packed.files.map(({ path }) => path);
    const needed = [
      "package.json",
      "README.md",
      "LICENSE",
      "CHANGELOG.md",
      "dist/brig.cjs",
      "dist/stage-worker.cjs",
    ];
    for (const path of [
      ...needed,
      "scripts/brig",
      "scripts/brig-build",
      "scripts/brig-test",
      "docs/architecture.md",
    ]) {
      expect(paths).toContain(path);
    }
    expect(
      paths.filter((path) =>
        /^(src|test|bench|functions|apis|node_modules|\.ci)\/|\.(ts|map|tgz)$/.test(path),
      ),
    ).toEqual([]);
    for (const { path, mode } of packed.files) {
      if (path.startsWith("scripts/")) expect(mode & 0o111, path).not.toBe(0);
    }
  });

  test("npx brig --help, and brig-build in a function's folder", async () => {
    const { status, stdout } = await npx(["brig", "--help"], installed);
    expect(stdout).toContain("Usage: brig VERB");
    expect(status).toBe(0);
    const folder = makeWorkspace(hello);
    const built = await npx(["brig-build", "--json"], join(folder, "functions/hello"));
    const { functions } = JSON.parse(built.stdout) as { functions: BuildRow[] };
    expect(functions[0], built.stderr).toMatchObject({
      status: "built",
      tests: { status: "passed", runner: "pytest" },
    });
    expect((await npx(["brig-test", "-q"], join(folder, "functions/hello"))).status).toBe(0);
  });

  test("runs through a link to a link to it, from any folder", async () => {
    const folder = temporaryFolder();
    symlinkSync(join(installed, "node_modules/.bin/brig"), join(folder, "one"));
    symlinkSync("one", join(folder, "two"));
    const { status, stdout, stderr } = await runProgram(join(folder, "two"), ["--version"], "/");
    expect(stdout, stderr).toMatch(/^brig \d+\.\d+\.\d+\n$/);
    expect(status).toBe(0);
    const { stdout: found } = await runProgram("two", ["--version"], "/", {
      PATH: `${folder}:${process.env["PATH"]}`,
    });
    expect(found).toBe(stdout);
  });
});

/** A link (to node_modules, say) would let the clone reach back into this folder. */
function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

describe("a clone", { timeout: 400_000 }, () => {
  let clone: string;
  let env: Env;

  beforeAll(async () => {
    const folder = temporaryFolder("brig clone ");
    clone = join(folder, "a path with a space");
    const listed = execFileSync("git", ["ls-files", "-z", "-co", "--exclude-standard"], {
      cwd: root,
      encoding: "utf8",
    });
    for (const name of listed.split("\0").filter((each) => isFile(join(root, each)))) {
      cpSync(join(root, name), join(clone, name));
    }
    spawnSync("git", ["init", "-q"], { cwd: clone });
    mkdirSync(join(folder, "home"));
    const python = dirname(await pythonFile(minor));
    const path = [...new Set([dirname(process.execPath), "/usr/bin", "/bin", python])].join(":");
    env = { ...npmSettings, HOME: join(folder, "home"), PATH: path };
  });

  /** With nothing in the environment but what a new user has. */
  function run(args: readonly string[], cwd = clone): Promise<Result> {
    const bare = Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined]));
    return runProgram(join(clone, "scripts/brig"), args, cwd, { ...bare, BRIG_CACHE_DIR: undefined, ...env });
  }

  test("two first commands at once: one sets brig up, the other waits; then both work", async () => {
    const [one, other] = await Promise.all([run(["--version"]), run(["--version"])]);
    for (const { status, stdout, stderr } of [one, other]) {
      expect(status, stderr).toBe(0);
      expect(stdout).toMatch(/^brig \d/);
    }
    const talk = one.stderr + other.stderr;
    expect(talk.match(/brig: first run, setting up \(npm ci, bundle\) … \d+ s\n/g)).toHaveLength(1);
    expect(talk.match(/brig: waiting for another brig that is setting up\n/g)).toHaveLength(1);
    expect(readdirSync(clone).filter((name) => name.startsWith(".setup"))).toEqual([]);
  });

  test("the second start is silent", async () => {
    const { status, stdout, stderr } = await run(["--version"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^brig \d/);
    expect(stderr).toBe("");
  });

  test("the README's first command builds and tests an example and prints where its zip is", async () => {
    const command = /^\$ \.\/scripts\/brig (build .+)$/m.exec(
      readFileSync(join(root, "README.md"), "utf8"),
    )![1]!;
    const { status, stdout, stderr } = await run(command.split(" "));
    expect(status, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/^ {2}zip +builds\/\d{14}\S*\.zip/m);
    expect(stdout).toMatch(/^ {2}tests +\d+ passed/m);
    expect(stdout.trimEnd().split("\n").length).toBeLessThanOrEqual(6);
  });

  test("sources changed: it sets itself up again, once, and says so", async () => {
    const source = join(clone, "src/version.ts");
    appendFileSync(source, "\n");
    const soon = new Date(statSync(join(clone, "dist/.built")).mtimeMs + 2000);
    utimesSync(source, soon, soon);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, soon.getTime() - Date.now() + 50)));
    const { status, stderr } = await run(["--version"]);
    expect(status, stderr).toBe(0);
    expect(stderr).toMatch(/brig: sources changed, setting up .* \d+ s\n/);
    expect((await run(["--version"])).stderr).toBe("");
  });

  test("a set-up that fails says why and leaves nothing that looks finished", async () => {
    const source = join(clone, "src/version.ts");
    const whole = readFileSync(source, "utf8");
    rmSync(join(clone, "dist"), { recursive: true });
    appendFileSync(source, "export const broken: = ;\n");
    const failed = await run(["--version"]);
    expect(failed.status).toBe(1);
    expect(failed.stdout).toBe("");
    expect(failed.stderr).toMatch(/ failed\n[\s\S]*hint: the whole log is in /);
    rmSync(source);
    appendFileSync(source, whole);
    expect((await run(["--version"])).status).toBe(0);
  });
});
