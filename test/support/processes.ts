/** Programs that a test stops, watches or lets run beside each other. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, watch } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type Env, environment, program, type Result } from "./brig.ts";

export interface Started {
  readonly child: ChildProcess;
  /** Status is 128 + 9 after SIGKILL, as in a shell. */
  readonly ended: Promise<Result>;
  /** What it has written to stderr so far. */
  readonly told: () => string;
}

/** Starts brig and returns at once. */
export function startBrig(cwd: string, args: readonly string[], env: Env = {}): Started {
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    env: environment(env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<Result>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ status: code ?? 137, stdout, stderr }));
  });
  return { child, ended, told: () => stderr };
}

/** Kills the process at the n-th change that it makes in `folder`; returns whether it came so far. */
export async function killAtChange(
  { child, ended }: Started,
  folder: string,
  count: number,
): Promise<boolean> {
  let seen = 0;
  const watcher = watch(folder, () => {
    seen += 1;
    if (seen === count) child.kill("SIGKILL");
  });
  await ended;
  watcher.close();
  return seen >= count;
}

export async function waitUntil(holds: () => boolean, milliseconds = 20_000): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${holds.toString()}`);
    await sleep(10);
  }
}

/** Whether a process with the id that `file` holds still runs; a zombie does not. */
export function runs(file: string): boolean {
  const pid = readFileSync(file, "utf8").trim();
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return !stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
}

/** Numbers from 0 to 1 that follow from the seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
