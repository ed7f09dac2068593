import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import type { Context } from "../context.ts";
import { type BuildSource, type BuiltWheel, buildWheel } from "./build-wheel.ts";
import type { IndexSettings } from "./index-settings.ts";
import { bareSettings } from "./test-settings.ts";
import type { Interpreter } from "./interpreter.ts";
import { makeWheel } from "./wheel/test-wheel.ts";

const room = mkdtempSync(join(tmpdir(), "brig build "));
afterAll(() => rmSync(room, { recursive: true, force: true }));

const settings: IndexSettings = { ...bareSettings, secrets: ["hunter2hunter2"] };
const target = { python: "3.13", system: "linux", machine: "x86_64", floor: [2, 34] } as const;
const interpreter: Interpreter = {
  file: "/usr/bin/env",
  version: "3.13.0",
  minor: "3.13",
  system: "linux",
  machine: "x86_64",
  floor: [2, 36],
};

/** In place of uv: notes what it was given, writes into the source as backends do, and leaves a wheel. */
const uv = join(room, "uv");
writeFileSync(
  uv,
  `#!/bin/sh
test -n "$FAIL" && { echo "error: no backend at https://me:hunter2hunter2@example.org" >&2; exit 2; }
for last; do :; done
(cd "$last" && find . -type f | sort) > "${room}/given"
mkdir -p "$6" "$last/build" && touch "$last/build/lib"
cp "${room}/wheel" "$6/$NAME"
`,
);
chmodSync(uv, 0o755);

function build(source: BuildSource, name: string, env: Context["env"] = {}): Promise<BuiltWheel> {
  const { signal } = new AbortController();
  const own = { PATH: process.env["PATH"], HOME: room, NAME: name, ...env };
  const context = { cwd: room, env: own, now: () => new Date(), signal, report: () => {} };
  const given = {
    title: "demo 1.0",
    source,
    target,
    interpreter,
    uv: { file: uv, version: "1.0.0" },
    settings,
    offline: false,
  };
  return buildWheel(given, context);
}

function makeFolder(files: readonly string[]): string {
  const folder = mkdtempSync(join(room, "source-"));
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), "x");
  }
  return folder;
}

const pure = "demo-1.0-py3-none-any.whl";
const extension = "demo-1.0-cp313-cp313-linux_x86_64.whl";

test("a source folder is built from a copy without what building and running leave in it", async () => {
  const folder = makeFolder([
    "pyproject.toml",
    "demo/__init__.py",
    "build/lib/old.py",
    "demo.egg-info/PKG-INFO",
    "demo/__pycache__/a.pyc",
    ".hg/dirstate",
  ]);
  const before = readdirSync(folder, { recursive: true }).map(String).toSorted();
  // The one of the repository around it: hatchling leaves out what it names.
  writeFileSync(join(room, ".gitignore"), "secret\n");
  writeFileSync(join(room, "wheel"), makeWheel());
  const first = await build({ kind: "directory", folder, boundary: room }, pure);
  expect(first.name).toBe(pure);
  expect(readFileSync(join(room, "given"), "utf8")).toBe(
    "./.gitignore\n./demo/__init__.py\n./pyproject.toml\n",
  );
  expect(readdirSync(folder, { recursive: true }).map(String).toSorted()).toEqual(before);
  const second = await build({ kind: "directory", folder, boundary: room }, pure);
  expect(second.bytes.equals(first.bytes)).toBe(true);
});

test("an extension is taken where it was built for the function's platform and needs no newer glibc", async () => {
  const folder = makeFolder(["pyproject.toml"]);
  const source: BuildSource = { kind: "directory", folder, boundary: room };
  const withNeed = (version: string): void =>
    writeFileSync(
      join(room, "wheel"),
      makeWheel({ entries: [{ name: "demo.so", contents: `\x7fELF\0GLIBC_${version}\0` }] }),
    );
  withNeed("2.34");
  expect((await build(source, extension)).name).toBe(extension);
  withNeed("2.35");
  await expect(build(source, extension)).rejects.toMatchObject({
    code: "wheel-missing",
    message: expect.stringContaining("2.35"),
  });
});

test("uv's explanation of a failure is shown, its credentials are not", async () => {
  const folder = makeFolder(["pyproject.toml"]);
  const error: unknown = await build({ kind: "directory", folder, boundary: room }, pure, {
    FAIL: "1",
  }).catch((cause: unknown) => cause);
  expect(error).toMatchObject({ code: "wheel-missing", message: expect.stringContaining("no backend") });
  expect(String(error)).not.toContain("hunter2");
});

test("a subdirectory inside of the source is entered; neither `..` nor a link leads out of it", async () => {
  const folder = makeFolder(["inner/pyproject.toml"]);
  symlinkSync("/tmp", join(folder, "out"));
  const git = (...args: string[]): string =>
    execFileSync("git", ["-C", folder, "-c", "user.name=a", "-c", "user.email=a@example.org", ...args], {
      encoding: "utf8",
      stdio: "pipe",
    });
  git("init", "--quiet");
  git("add", "-A");
  git("commit", "--quiet", "-m", "x");
  const commit = git("rev-parse", "HEAD").trim();
  writeFileSync(join(room, "wheel"), makeWheel());
  const source = (subdirectory: string): BuildSource => ({
    kind: "vcs",
    url: pathToFileURL(folder).href,
    commit,
    subdirectory,
  });
  await build(source("inner"), pure);
  expect(readFileSync(join(room, "given"), "utf8")).toBe("./pyproject.toml\n");
  for (const outside of ["..", "../..", "inner/../../..", "out", "missing"])
    await expect(build(source(outside), pure)).rejects.toMatchObject({
      code: "requirements-invalid",
      message: expect.stringContaining(outside),
    });
});
