/** The interpreters and the uv that brig itself uses, for the other side of a comparison. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Context } from "../../src/context.ts";
import { openHttp } from "../../src/python/http.ts";
import { findInterpreter, findInterpreters } from "../../src/python/interpreters.ts";
import { fetchProjectFiles } from "../../src/python/project-files.ts";
import { readIndexSettings } from "../../src/python/read-index-settings.ts";
import { findUv } from "../../src/python/uv.ts";
import { openStore, type Store } from "../../src/store/store-directory.ts";
import { pythonMinors } from "../../src/workspace/runtimes.ts";
import { environment } from "./brig.ts";

const context: Context = {
  cwd: import.meta.dirname,
  env: environment(),
  now: () => new Date(),
  signal: new AbortController().signal,
  report: () => {},
};

/** The store that the tests' brigs share. */
export function sharedStore(): Promise<Store> {
  return openStore(context);
}

const here = new Set((await findInterpreters(context, await sharedStore())).map(({ minor }) => minor));

/** Minor versions of Python that brig finds on this machine and Lambda has, newest first. */
export const minorsHere: readonly string[] = pythonMinors.filter((minor) => here.has(minor));

/** What a test takes that needs a Python and does not mind which: the newest. `python3.13` is its runtime. */
export const minor: string = requireSome(minorsHere)[0]!;
export const runtime: string = `python${minor}`;
/** How it names its bytecode (`cpython-313`) and wheels (`cp313`). */
export const compact: string = minor.replace(".", "");

/** For `skipIf`: the Pythons without which a test means nothing. The test's title names them, so that a skipped one tells why. */
export function lacks(...minors: readonly string[]): boolean {
  return minors.some((each) => !minorsHere.includes(each));
}

/** The newest Python that is not the system's own: only such a one can be hidden from brig, or stand in another's place. */
export const ownMinor: string | undefined = (
  await Promise.all(minorsHere.map(async (each) => ({ each, file: await pythonFile(each) })))
).find(({ file }) => !/^\/(?:usr|bin|opt)\//.test(file))?.each;

function requireSome(minors: readonly string[]): readonly string[] {
  if (minors.length === 0) throw new Error("the tests need a Python that Lambda has: 3.9 or newer");
  return minors;
}

/** Absolute path of the newest interpreter of a minor version, as brig finds it. */
export async function pythonFile(wanted: string): Promise<string> {
  const found = await findInterpreter(wanted, context, await sharedStore());
  if (found === undefined) throw new Error(`this machine has no Python ${wanted}`);
  return found.file;
}

/** Exact version of it. */
export async function pythonVersion(wanted: string): Promise<string> {
  return (await findInterpreter(wanted, context, await sharedStore()))!.version;
}

/** Absolute path of the uv that brig uses. */
export async function uvFile(): Promise<string> {
  const store = await sharedStore();
  const settings = readIndexSettings(context.cwd, context);
  const http = openHttp(settings, context);
  try {
    return (await findUv({ store, settings, http }, context)).file;
  } finally {
    await http.close();
  }
}

/** The unpacked source distribution of a release (`moto-5.2.1`), kept between runs of the tests. */
export async function sourceOf(project: string, version: string): Promise<string> {
  const release = `${project}-${version}`;
  const kept = join(tmpdir(), `brig-test-${release}`);
  if (existsSync(kept)) return join(kept, release);
  const settings = readIndexSettings(context.cwd, context);
  const http = openHttp(settings, context);
  const made = mkdtempSync(join(tmpdir(), "brig-test-source-"));
  try {
    const files = await fetchProjectFiles(project, settings, http);
    const { name, url, size, sha256 } = files.find((file) => file.name === `${release}.tar.gz`)!;
    const archive = join(made, name);
    await http.download(url!, { name, size, sha256 }, archive);
    execFileSync("tar", ["-xzf", archive, "-C", made]);
  } finally {
    await http.close();
  }
  renameSync(made, kept);
  return join(kept, release);
}

/** Runs a Python program without the interpreter's site-packages and returns what it prints. */
export function runPython(
  file: string,
  program: string,
  args: readonly string[] = [],
  env: Context["env"] = {},
): string {
  const { PYTHONPATH: _path, ...rest } = process.env;
  return execFileSync(file, ["-S", "-c", program, ...args], {
    encoding: "utf8",
    env: { ...rest, ...env },
    maxBuffer: 1 << 28,
  });
}
