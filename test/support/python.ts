/** The interpreters and the uv that brig itself uses, for the other side of a comparison. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Context } from "../../src/context.ts";
import { openHttp } from "../../src/python/http.ts";
import { findInterpreter } from "../../src/python/interpreters.ts";
import { fetchProjectFiles } from "../../src/python/project-files.ts";
import { readIndexSettings } from "../../src/python/read-index-settings.ts";
import { findUv } from "../../src/python/uv.ts";
import { openStore, type Store } from "../../src/store/store-directory.ts";
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

/** Absolute path of the newest interpreter of a minor version, as brig finds it. */
export async function pythonFile(minor: string): Promise<string> {
  const found = await findInterpreter(minor, context, await sharedStore());
  if (found === undefined) throw new Error(`this machine has no Python ${minor}`);
  return found.file;
}

/** Exact version of it. */
export async function pythonVersion(minor: string): Promise<string> {
  return (await findInterpreter(minor, context, await sharedStore()))!.version;
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
