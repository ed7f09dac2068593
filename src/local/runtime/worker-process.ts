import { spawn, type ChildProcess } from "node:child_process";
import { BrigError } from "../../errors.ts";
import { createLogLines } from "./log-lines.ts";
import { listDescendants } from "./process-table.ts";
import type { ProcessEnd, WorkerOutput, WorkerProgram } from "./worker.ts";

export interface WorkerProcess {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly exited: Promise<ProcessEnd>;
  readonly kill: () => void;
}

/** How long output may come after the end of a process whose children still hold its pipes, in milliseconds. */
const lateOutputTime = 100;

/**
 * Starts a process at the head of a group of its own, its output cut into log events. With a channel, file
 * descriptor 3 is a socket to the service.
 *
 * @throws BrigError `tool-missing` when the program cannot be started
 */
export async function startProcess(
  program: WorkerProgram,
  token: Buffer | undefined,
  withChannel: boolean,
  output: WorkerOutput,
): Promise<WorkerProcess> {
  const child = spawnGroup(program, withChannel);
  const lines = [child.stdout, child.stderr].map((stream) => {
    const events = createLogLines(token, output.onLog);
    stream?.on("data", events.push).on("error", () => {});
    return events;
  });
  const { pid } = child;
  if (pid === undefined) {
    const cause = await new Promise<Error>((resolve) => {
      child.once("error", resolve);
    });
    throw new BrigError("tool-missing", `cannot run ${program.file}: ${cause.message}`, null, { cause });
  }
  // A signal that does not reach the process is no fault of the service's.
  child.on("error", () => {});
  const kill = (): void => {
    // While it lives: of orphans nobody knows whose they are, and its number may be another's.
    const started = child.exitCode === null && child.signalCode === null ? listDescendants(pid) : [];
    for (const each of [-pid, ...started]) killIfThere(each);
    // It may not be in a group of its own yet; nobody is hit when it has ended.
    if (program.makesGroup) child.kill("SIGKILL");
  };
  const exited = new Promise<ProcessEnd>((resolve) => {
    child.once("exit", (status, signal) => {
      // What the function has started ends with it.
      kill();
      const finish = (): void => {
        clearTimeout(timer);
        for (const events of lines) events.flush();
        child.stdout?.destroy();
        child.stderr?.destroy();
        resolve({ status, signal });
      };
      const timer = setTimeout(finish, lateOutputTime);
      child.once("close", finish);
    });
  });
  return { pid, child, exited, kill };
}

function spawnGroup(program: WorkerProgram, withChannel: boolean): ChildProcess {
  try {
    return spawn(program.file, program.args, {
      cwd: program.cwd,
      env: program.env,
      // At the head of a session, and so of a group.
      detached: !program.makesGroup,
      stdio: ["ignore", "pipe", "pipe", ...(withChannel ? (["pipe"] as const) : [])],
    });
  } catch (cause) {
    // A variable with a null character, say.
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new BrigError("tool-missing", `cannot run ${program.file}: ${message}`, null, { cause });
  }
}

/** @param target a process, or a group where it is negative */
function killIfThere(target: number): void {
  try {
    process.kill(target, "SIGKILL");
  } catch {
    // It has ended already.
  }
}
