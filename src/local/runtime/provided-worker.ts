import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { BrigError } from "../../errors.ts";
import { startRuntimeApi, type RuntimeApi } from "./runtime-api.ts";
import { startProcess } from "./worker-process.ts";
import type { Worker, WorkerOutput, WorkerProgram } from "./worker.ts";

/**
 * A worker whose program speaks the Runtime API itself: the `bootstrap` of the runtimes `provided.*`, of the
 * function or else of a layer. It gets an API of its own unless there is one already.
 */
export async function startProvidedWorker(
  folders: readonly string[],
  programFor: (file: string, runtimeApi: string) => Promise<WorkerProgram>,
  sharedApi: RuntimeApi | undefined,
  output: WorkerOutput,
): Promise<Worker> {
  const file = await findExecutable(folders.map((folder) => join(folder, "bootstrap")));
  if (file === undefined)
    return noWorker("Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]");
  const api = sharedApi ?? (await startRuntimeApi(() => false));
  try {
    const program = await programFor(file, api.address);
    const { pid, exited, kill } = await startProcess(program, undefined, false, output);
    void exited.then(api.close);
    return { pid, ready: api.ready, exited, kill, invoke: api.invoke, rested: api.rested };
  } catch (error) {
    api.close();
    // Its interpreter is missing, or it is a program for another machine.
    if (error instanceof BrigError) return noWorker(error.message);
    throw error;
  }
}

async function findExecutable(files: readonly string[]): Promise<string | undefined> {
  for (const file of files)
    if (
      await access(file, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return file;
  return undefined;
}

/** What stands in for a process that cannot be. */
function noWorker(reason: string): Worker {
  return {
    pid: 0,
    ready: Promise.resolve({ kind: "no-entrypoint", reason }),
    exited: Promise.resolve({ status: 1, signal: null }),
    invoke: () => new Promise(() => {}),
    kill: () => {},
  };
}
