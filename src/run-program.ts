import { spawn } from "node:child_process";
import { constants } from "node:os";
import type { Context } from "./context.ts";
import { BrigError } from "./errors.ts";

export interface ProgramResult {
  /** Exit status; 128 + signal number when a signal ended the program. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly input?: string | Uint8Array;
  /** Called with stdout and stderr as they come. */
  readonly onOutput?: (text: string) => void;
}

/** How long a program may take to end after SIGTERM before it and its children are killed, in milliseconds. */
const graceTime = 3000;

/**
 * Runs one program to its end. Arguments are an array and reach the program unchanged: there is no shell.
 * The program leads a process group of its own; when `signal` aborts, the whole group is stopped, its
 * children too, and `interrupted` is thrown.
 *
 * @throws BrigError `tool-missing` when the program cannot be started, `interrupted` when aborted
 */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: ProgramOptions,
): Promise<ProgramResult> {
  options.signal.throwIfAborted();
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  const killGroup = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // The group is gone already.
    }
  };
  let killTimer: NodeJS.Timeout | undefined;
  const onAbort = (): void => {
    killGroup("SIGTERM");
    killTimer = setTimeout(() => killGroup("SIGKILL"), graceTime);
  };
  options.signal.addEventListener("abort", onAbort, { once: true });
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    options.onOutput?.(text);
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    options.onOutput?.(text);
  });
  if (child.stdin && options.input !== undefined) {
    // A program may end before it has read everything: its exit status tells, not EPIPE.
    child.stdin.on("error", () => {});
    child.stdin.end(options.input);
  }
  try {
    const status = await new Promise<number>((resolve, reject) => {
      child.on("error", (cause) => reject(programNotStarted(file, cause)));
      child.on("close", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
    });
    if (options.signal.aborted) throw new BrigError("interrupted", `${file} was stopped`);
    return { status, stdout, stderr };
  } finally {
    // Whatever of the group did not care for SIGTERM, and only closed its output, ends now.
    if (options.signal.aborted) killGroup("SIGKILL");
    clearTimeout(killTimer);
    options.signal.removeEventListener("abort", onAbort);
  }
}

/** Options that run a program with the context's own folder, environment and interruption. */
export function inContext(context: Context): ProgramOptions {
  return { cwd: context.cwd, env: context.env, signal: context.signal };
}

function programNotStarted(file: string, cause: Error): BrigError {
  return new BrigError("tool-missing", `cannot run ${file}: ${cause.message}`, null, { cause });
}

/** A program and its arguments as people paste them into a shell. */
export function renderCommand(words: readonly string[]): string {
  return words
    .map((word) => (/^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`))
    .join(" ");
}
