/** Runs the bundled brig as a user would, in temporary folders with a HOME of their own. */
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import type { BuildRow } from "../../src/build/report.ts";

const root = join(import.meta.dirname, "../..");
export const program: string = join(root, "dist", "brig.cjs");
/** One store for all tests of a run: what one of them fetched, the others need not. */
const sharedStore = join(tmpdir(), `brig-test-store-${process.ppid}`);

const made: string[] = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

export interface Result {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type Env = Readonly<Record<string, string | undefined>>;

export function temporaryFolder(name = "brig test "): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), name)));
  made.push(folder);
  return folder;
}

/** Writes files below `folder`; a text that begins with `#!` becomes executable. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    if (text.startsWith("#!")) chmodSync(path, 0o755);
  }
}

/** A workspace in a git repository, everything committed. */
export function makeWorkspace(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  writeFiles(folder, { ".gitignore": "stg/\nbuilds/\n", ...files });
  git(folder, "init", "-q", "-b", "main");
  commit(folder, "First");
  return folder;
}

export function git(folder: string, ...args: string[]): string {
  const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"];
  return execFileSync("git", [...identity, ...args], { cwd: folder, encoding: "utf8" }).trim();
}

export function commit(folder: string, message: string): string {
  git(folder, "add", "-A");
  git(folder, "commit", "-q", "--allow-empty", "-m", message);
  return git(folder, "rev-parse", "HEAD");
}

export function environment(extra: Env = {}): Env {
  return { ...process.env, BRIG_CACHE_DIR: sharedStore, NO_COLOR: "1", ...extra };
}

/** Runs brig to its end. */
export function brig(cwd: string, args: readonly string[], env: Env = {}): Promise<Result> {
  return runProgram(process.execPath, [program, ...args], cwd, env);
}

export function runProgram(
  file: string,
  args: readonly string[],
  cwd: string,
  env: Env = {},
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd, env: environment(env), stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => resolve({ status: code ?? -1, stdout, stderr }));
  });
}

/** `brig build --json` (or another verb with its rows); fails the test when stdout is not one JSON document. */
export async function buildRows(
  cwd: string,
  args: readonly string[],
  env: Env = {},
): Promise<{ readonly status: number; readonly rows: readonly BuildRow[]; readonly stderr: string }> {
  const { status, stdout, stderr } = await brig(cwd, [...args, "--json"], env);
  const document = JSON.parse(stdout) as { functions?: BuildRow[]; error?: unknown };
  if (document.functions === undefined) throw new Error(`no rows: ${stdout}${stderr}`);
  return { status, rows: document.functions, stderr };
}

export async function buildOne(
  cwd: string,
  args: readonly string[] = ["build"],
  env: Env = {},
): Promise<BuildRow> {
  const { rows, stderr } = await buildRows(cwd, args, env);
  if (rows.length !== 1) throw new Error(`${rows.length} rows: ${stderr}`);
  return rows[0]!;
}
