import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { join } from "node:path";
import type { RunnableVersion } from "../contract.ts";
import { planEnvironment, type Credentials } from "./environment-variables.ts";
import { findExtensions, startExtendedWorker } from "./extended-worker.ts";
import type { Launch } from "./language.ts";
import { startManagedWorker } from "./managed-worker.ts";
import { startProvidedWorker } from "./provided-worker.ts";
import type { RuntimeApi } from "./runtime-api.ts";
import type { Worker, WorkerOutput, WorkerProgram } from "./worker.ts";

/** What belongs to one environment. */
export interface WorkerPlace {
  readonly temporaryFolder: string;
  readonly logStream: string;
  readonly credentials: Credentials;
  readonly now: () => Date;
  readonly output: WorkerOutput;
}

/** The address that managed runtimes see. Nothing listens there: brig's own bootstraps need no HTTP. */
const unusedRuntimeApi = "169.254.100.1:9001";

/**
 * Starts a process for the version's code.
 *
 * @throws BrigError `tool-missing` when it cannot be started
 */
export async function startWorker(
  version: RunnableVersion,
  launch: Launch,
  place: WorkerPlace,
): Promise<Worker> {
  const taskFolder = version.handlerTwinFolder ?? version.codeFolder;
  const places = {
    taskFolder,
    layerFolder: version.layerFolder,
    runtimeFolder: launch.runtimeFolder,
    languageBinaries: launch.languageBinaries,
    temporaryFolder: place.temporaryFolder,
  };
  const variablesFor = (runtimeApi: string): Readonly<Record<string, string>> =>
    planEnvironment(version, places, place.logStream, runtimeApi, place.credentials);
  const programFor = (file: string, runtimeApi: string): Promise<WorkerProgram> =>
    wrap({ file, args: launch.args, cwd: taskFolder, env: variablesFor(runtimeApi) }, version);
  const start = async (api: RuntimeApi | undefined): Promise<Worker> => {
    if (launch.kind === "managed") {
      const program = await programFor(launch.file, api?.address ?? unusedRuntimeApi);
      return startManagedWorker(
        // A wrapper may have children before the runtime starts.
        { ...program, makesGroup: launch.canGroup && program.file === launch.file },
        { layerFolder: version.layerFolder ?? null, sdkPlaces: launch.sdkPlaces },
        launch.packages,
        place.output,
      );
    }
    const folders = [taskFolder, ...(version.layerFolder === undefined ? [] : [version.layerFolder])];
    return startProvidedWorker(folders, programFor, api, place.output);
  };
  const extensions = await findExtensions(version.layerFolder);
  if (extensions.length === 0) return start(undefined);
  const variables = Object.entries(variablesFor("")).filter(([name]) => isForExtensions(name));
  return startExtendedWorker(
    version,
    extensions,
    Object.fromEntries(variables),
    start,
    place.now,
    place.output,
  );
}

/** Extensions see the function's variables, but not the runtime's own. */
function isForExtensions(name: string): boolean {
  return !name.startsWith("_") && name !== "AWS_XRAY_CONTEXT_MISSING";
}

/**
 * AWS_LAMBDA_EXEC_WRAPPER: a program of the function's or a layer's that starts the runtime
 * (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html#runtime-wrapper). One that is missing or cannot
 * be executed ends the runtime as the shell's status says, 127 or 126.
 */
async function wrap(program: WorkerProgram, version: RunnableVersion): Promise<WorkerProgram> {
  const wrapper = version.environment["AWS_LAMBDA_EXEC_WRAPPER"];
  if (!wrapper) return program;
  const file = findOnMachine(wrapper, program.cwd, version.layerFolder);
  const found = await stat(file).catch(() => undefined);
  const executable = await access(file, constants.X_OK).then(
    () => found?.isFile() === true,
    () => false,
  );
  if (executable) return { ...program, file, args: [program.file, ...program.args] };
  const [status, reason] = found ? [126, "is not executable"] : [127, "does not exist"];
  return {
    ...program,
    file: "/bin/sh",
    args: ["-c", 'printf "%s\\n" "$1" >&2; exit "$2"', "sh", `${wrapper}: ${reason}`, String(status)],
  };
}

function findOnMachine(path: string, taskFolder: string, layerFolder: string | undefined): string {
  if (path.startsWith("/var/task/")) return join(taskFolder, path.slice("/var/task/".length));
  if (path.startsWith("/opt/") && layerFolder !== undefined)
    return join(layerFolder, path.slice("/opt/".length));
  return path;
}
