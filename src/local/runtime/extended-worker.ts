import { constants } from "node:fs";
import { access, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { RunnableVersion } from "../contract.ts";
import { createExtensionApi } from "./extension-api.ts";
import { startRuntimeApi, type RuntimeApi } from "./runtime-api.ts";
import { startProcess, type WorkerProcess } from "./worker-process.ts";
import type { Worker, WorkerOutput } from "./worker.ts";

/** How long extensions may take to register, and to end after their last event, in milliseconds. */
const registerTime = 10_000;
const shutdownTime = 2000;

/** The executables of `/opt/extensions`: programs that run beside the function, at most ten on Lambda. */
export async function findExtensions(layerFolder: string | undefined): Promise<readonly string[]> {
  if (layerFolder === undefined) return [];
  const folder = join(layerFolder, "extensions");
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => []))
    if (
      !entry.isDirectory() &&
      (await access(join(folder, entry.name), constants.X_OK).then(
        () => true,
        () => false,
      ))
    )
      found.push(entry.name);
  return found.toSorted().slice(0, 10);
}

/** Starts the extensions, then the runtime, and makes one worker of them. */
export async function startExtendedWorker(
  version: RunnableVersion,
  extensions: readonly string[],
  env: Readonly<Record<string, string>>,
  startRuntime: (api: RuntimeApi) => Promise<Worker>,
  now: () => Date,
  output: WorkerOutput,
): Promise<Worker> {
  let onChange: () => void = () => {};
  const processes: WorkerProcess[] = [];
  const ended = new Set<string>();
  const killExtensions = (): void => {
    for (const each of processes) each.kill();
  };
  const extensionApi = createExtensionApi(
    {
      functionName: version.functionName,
      functionVersion: version.version,
      handler: version.handler,
      accountId: version.account,
    },
    () => onChange(),
    (name, errorType) => {
      output.onLog(`EXTENSION\tName: ${name}\tState: Failed\tError Type: ${errorType}\n`);
      runtime?.kill();
    },
  );
  const api = await startRuntimeApi(extensionApi.routes);
  let runtime: Worker | undefined;
  try {
    for (const name of extensions) {
      const program = {
        file: join(version.layerFolder ?? "/opt", "extensions", name),
        args: [],
        cwd: "/",
        env: { ...env, AWS_LAMBDA_RUNTIME_API: api.address },
      };
      const started = await startProcess(program, undefined, false, output);
      processes.push(started);
      void started.exited.then(() => {
        ended.add(name);
        onChange();
      });
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, registerTime);
      onChange = () => {
        if (!extensions.every((name) => ended.has(name) || extensionApi.isRegistered(name))) return;
        clearTimeout(timer);
        resolve();
      };
      onChange();
    });
    runtime = await startRuntime(api);
  } catch (error) {
    killExtensions();
    api.close();
    throw error;
  }
  const inner = runtime;
  void inner.exited.then(() => {
    killExtensions();
    api.close();
  });
  return {
    pid: inner.pid,
    otherGroups: processes.map(({ pid }) => pid),
    ready: Promise.all([inner.ready, extensionApi.rested()]).then(([answer]) => answer),
    exited: inner.exited,
    ...(inner.held && { held: inner.held }),
    invoke: (invocation) => {
      extensionApi.send({
        eventType: "INVOKE",
        deadlineMs: invocation.deadlineMs,
        requestId: invocation.requestId,
        invokedFunctionArn: invocation.invokedArn,
        tracing: { type: "X-Amzn-Trace-Id", value: invocation.traceId ?? "" },
      });
      return inner.invoke(invocation);
    },
    rested: async () => {
      await Promise.all([inner.rested?.(), extensionApi.rested()]);
    },
    shutDown: async (reason) => {
      const deadlineMs = now().getTime() + shutdownTime;
      extensionApi.send({ eventType: "SHUTDOWN", shutdownReason: reason.toLowerCase(), deadlineMs });
      const timer = new Promise((resolve) => setTimeout(resolve, shutdownTime).unref());
      await Promise.race([Promise.all(processes.map(({ exited }) => exited)), timer]);
    },
    kill: () => {
      inner.kill();
      killExtensions();
    },
  };
}
