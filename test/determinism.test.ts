/** The same inputs give the same bytes, wherever, whenever and with whichever Node. */
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { BuildRow } from "../src/build/report.ts";
import { findNode } from "../src/local/runtime/test-node.ts";
import {
  buildOne,
  type Env,
  git,
  makeWorkspace,
  program,
  runProgram,
  temporaryFolder,
  writeFiles,
} from "./support/brig.ts";
import { readManifestOf } from "./support/builds.ts";
import { runtime, uvFile } from "./support/python.ts";
import { writeWheels } from "./support/wheels.ts";

const names = [
  "a.py",
  "B.py",
  "b/__init__.py",
  "b/deep/er.py",
  "é.py",
  "z.txt",
  "a-b.py",
  "a/b.py",
  "_.py",
  "\u{1f600}.txt",
];
const files = {
  "brig.yaml": `function: {Runtime: ${runtime}}\n`,
  "functions/hello/requirements.txt": "--no-index\n--find-links ../../wheels\nsmall==1.0\nother==1.0\n",
  "functions/hello/src/lambda_function.py":
    "def lambda_handler(event, context):\n    return {1, 'a', (2, 3)}\n",
  "functions/hello/src/large.txt": "first-party text ".repeat(4000),
  "functions/hello/src/tool": "#!/bin/sh\n",
  ...Object.fromEntries(
    names.map((name) => [`functions/hello/src/${name}`, `"""${name}"""\nWORDS = {"x", "y", "z"}\n`]),
  ),
};

let reference: { folder: string; row: BuildRow; lock: string };
let path: string;
beforeAll(async () => {
  path = `${dirname(await uvFile())}:${process.env["PATH"]}`;
  const folder = makeWorkspace(files);
  addWheels(folder);
  const row = await buildOne(folder, ["build", "hello"], { PATH: path });
  reference = { folder, row, lock: readFileSync(join(folder, "functions/hello/pylock.toml"), "utf8") };
});

function addWheels(folder: string): void {
  const modules = Array.from({ length: 60 }, (_, index): [string, string] => [
    `small/m${index}.py`,
    `VALUE = {${index}, 'a', 'b'}\n`,
  ]);
  writeWheels(
    join(folder, "wheels"),
    { name: "small", files: Object.fromEntries([["small/__init__.py", "one = 1\n"], ...modules]) },
    { name: "other", requires: ["small"] },
  );
}

/** The same function, with the same lock, in a folder of its own. */
function makeTwin(): string {
  const folder = temporaryFolder("brig twin ");
  const entries = Object.entries(files).toReversed();
  writeFiles(folder, { ".gitignore": "stg/\nbuilds/\n", ...Object.fromEntries(entries) });
  addWheels(folder);
  writeFileSync(join(folder, "functions/hello/pylock.toml"), reference.lock);
  return folder;
}

async function expectSame(folder: string, env: Env = {}, args: readonly string[] = []): Promise<void> {
  const row = await buildOne(folder, ["build", "hello", "--frozen", ...args], { PATH: path, ...env });
  expect(row.error).toBeNull();
  expect(row.sha256).toBe(reference.row.sha256);
  expect(row.codeSha256).toBe(Buffer.from(row.sha256!, "hex").toString("base64"));
}

describe("the same bytes", () => {
  test("in another folder, outside of git, with files made in another order", async () => {
    await expectSame(makeTwin());
  });

  test("in another time zone and locale, at another time of the files", async () => {
    for (const env of [
      { TZ: "Asia/Tokyo", LC_ALL: "C", LANG: "C" },
      { TZ: "America/St_Johns", LC_ALL: "tr_TR.UTF-8", LANG: "de_DE.UTF-8", PYTHONHASHSEED: "7" },
    ]) {
      const folder = makeTwin();
      for (const name of names) utimesSync(join(folder, "functions/hello/src", name), 86_400, 86_400);
      await expectSame(folder, env);
    }
  });

  test("under another umask and with other permissions that say no more about the program", async () => {
    const folder = makeTwin();
    chmodSync(join(folder, "functions/hello/src/a.py"), 0o600);
    chmodSync(join(folder, "functions/hello/src/tool"), 0o700);
    for (const umask of ["000", "077"]) {
      const command = `umask ${umask} && exec "$0" "$@"`;
      const args = ["-c", command, process.execPath, program, "build", "hello", "--json", "--force"];
      const { stdout } = await runProgram("/bin/sh", args, folder, { PATH: path });
      const { functions } = JSON.parse(stdout) as { functions: BuildRow[] };
      expect(functions[0]!.sha256, umask).toBe(reference.row.sha256);
    }
  });

  test("with a cold store, with a warm one, with one job or four, forced", async () => {
    const store = join(temporaryFolder(), "store");
    const folder = makeTwin();
    await expectSame(folder, { BRIG_CACHE_DIR: store }, ["--jobs", "1"]);
    await expectSame(folder, { BRIG_CACHE_DIR: store }, ["--force", "--jobs", "4"]);
    await expectSame(makeTwin(), { BRIG_CACHE_DIR: store }, ["--jobs", "4"]);
    await expectSame(makeTwin(), { BRIG_CACHE_DIR: join(temporaryFolder(), "store") }, ["--jobs", "4"]);
  });

  test("with hard and symbolic links in the place of copies", async () => {
    const folder = makeTwin();
    const source = join(folder, "functions/hello/src");
    mkdirSync(join(folder, "shared"));
    renameSync(join(source, "large.txt"), join(folder, "shared/large.txt"));
    symlinkSync("../../../shared/large.txt", join(source, "large.txt"));
    renameSync(join(source, "b"), join(folder, "shared/b"));
    symlinkSync("../../../shared/b", join(source, "b"));
    linkSync(join(source, "a.py"), join(folder, "shared/a.py"));
    await expectSame(folder);
  });

  test("made step by step: after edits and back, files added and removed", async () => {
    const folder = makeTwin();
    const source = join(folder, "functions/hello/src");
    await expectSame(folder);
    writeFileSync(join(source, "a.py"), "other\n");
    writeFileSync(join(source, "new.py"), "new\n");
    rmSync(join(source, "z.txt"));
    expect((await buildOne(folder, ["build", "hello"], { PATH: path })).sha256).not.toBe(
      reference.row.sha256,
    );
    rmSync(join(source, "new.py"));
    writeFiles(folder, {
      "functions/hello/src/a.py": files["functions/hello/src/a.py" as keyof typeof files],
    });
    writeFiles(folder, {
      "functions/hello/src/z.txt": files["functions/hello/src/z.txt" as keyof typeof files],
    });
    await expectSame(folder);
  });

  test("and the same manifest but for times, commit and the tests' duration", async () => {
    const folder = makeTwin();
    git(folder, "init", "-q");
    git(folder, "add", "-A");
    git(folder, "commit", "-qm", "Twin");
    const row = await buildOne(folder, ["build", "hello"], { PATH: path });
    const twin = readManifestOf(join(folder, "functions/hello/builds"), row.links.staged!);
    const own = readManifestOf(join(reference.folder, "functions/hello/builds"), reference.row.links.staged!);
    const rest = {
      created: "",
      commit: "",
      dirty: false,
      uncommitted: [],
      tests: { ...own.tests, duration: 0 },
    };
    expect({ ...twin, ...rest, tests: { ...twin.tests, duration: 0 } }).toEqual({ ...own, ...rest });
  });
});

describe("the same bytes on every Node that brig runs on", () => {
  for (const major of [20, 22, 24, 26]) {
    test(`Node ${major}`, { timeout: 240_000 }, async (context) => {
      const node = findNode(major);
      if (node === undefined) return context.skip(`Node ${major} cannot be had from the package registry`);
      const folder = makeTwin();
      const store = join(temporaryFolder(), "store");
      const env = { BRIG_CACHE_DIR: store, PATH: path };
      const { stdout, stderr } = await runProgram(
        node,
        [program, "build", "hello", "--frozen", "--json"],
        folder,
        env,
      );
      const { functions } = JSON.parse(stdout) as { functions: BuildRow[] };
      expect(functions[0]!.sha256, stderr).toBe(reference.row.sha256);
      expect(stderr).not.toMatch(/Warning/);
    });
  }
});
