import type { RunnableVersion } from "../contract.ts";

/** Where the parts of an environment lie on this machine. */
export interface EnvironmentPlaces {
  /** The function's code: `/var/task` on Lambda. */
  readonly taskFolder: string;
  /** The merged layers: `/opt`. */
  readonly layerFolder: string | undefined;
  /** The bootstrap's folder: `/var/runtime`. */
  readonly runtimeFolder: string | undefined;
  /** The folder of the interpreter's executable: `/var/lang/bin`. */
  readonly languageBinaries: string | undefined;
  /** Kept as long as the environment is: `/tmp`. */
  readonly temporaryFolder: string;
}

/** What a function acts as at AWS. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Where their owner works; without one, functions see the region that they are in here. */
  readonly region?: string;
}

/** Stand-ins: a function that calls AWS by mistake is refused there instead of acting in the user's name. */
export const dummyCredentials = {
  accessKeyId: "ASIAQAAAAAAALOCALDUM",
  secretAccessKey: "local/dummy/secret/access/key/0000000000",
  sessionToken: "local-dummy-session-token",
} as const satisfies Credentials;

/**
 * The whole environment of a function's process, nothing of the host's in it: the function's own variables, over
 * them what Lambda sets (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime).
 * There is no HOME. TMPDIR is not Lambda's: `/tmp` belongs to all programs of this machine, so the temporary files of
 * an environment get a folder of their own.
 */
export function planEnvironment(
  version: RunnableVersion,
  places: EnvironmentPlaces,
  logStream: string,
  runtimeApi: string,
  credentials: Credentials,
): Readonly<Record<string, string>> {
  const { taskFolder, layerFolder, runtimeFolder, languageBinaries } = places;
  const opt = layerFolder ?? "/opt";
  const runtime = runtimeFolder ?? "/var/runtime";
  return {
    // What a function may choose for itself.
    LANG: "en_US.UTF-8",
    PATH: `${languageBinaries ?? "/var/lang/bin"}:/usr/local/bin:/usr/bin/:/bin:${opt}/bin`,
    LD_LIBRARY_PATH: `/var/lang/lib:/lib64:/usr/lib64:${runtime}:${runtime}/lib:${taskFolder}:${taskFolder}/lib:${opt}/lib`,
    TZ: ":UTC",
    TMPDIR: places.temporaryFolder,
    ...(version.runtime.startsWith("nodejs") ? planNodeVariables(version.runtime, places) : {}),
    ...version.environment,
    // What it may not.
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken && { AWS_SESSION_TOKEN: credentials.sessionToken }),
    AWS_DEFAULT_REGION: credentials.region ?? version.region,
    AWS_REGION: credentials.region ?? version.region,
    AWS_LAMBDA_FUNCTION_NAME: version.functionName,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(version.memorySize),
    AWS_LAMBDA_FUNCTION_VERSION: version.version,
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: version.logging.group,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
    AWS_XRAY_CONTEXT_MISSING: "LOG_ERROR",
    AWS_XRAY_DAEMON_ADDRESS: "169.254.100.1:2000",
    _AWS_XRAY_DAEMON_ADDRESS: "169.254.100.1",
    _AWS_XRAY_DAEMON_PORT: "2000",
    LAMBDA_RUNTIME_DIR: runtime,
    LAMBDA_TASK_ROOT: taskFolder,
    _HANDLER: version.handler,
    ...planLogVariables(version),
    ...(version.runtime.startsWith("provided")
      ? {}
      : { AWS_EXECUTION_ENV: `AWS_Lambda_${version.runtime}`, PWD: taskFolder, SHLVL: "0" }),
  };
}

function planLogVariables({ logging }: RunnableVersion): Readonly<Record<string, string>> {
  if (logging.format === "Text") return {};
  return {
    AWS_LAMBDA_LOG_FORMAT: "JSON",
    ...(logging.applicationLevel === undefined ? {} : { AWS_LAMBDA_LOG_LEVEL: logging.applicationLevel }),
  };
}

function planNodeVariables(
  runtime: string,
  { taskFolder, layerFolder, runtimeFolder }: EnvironmentPlaces,
): Readonly<Record<string, string>> {
  const opt = layerFolder ?? "/opt";
  const major = /^nodejs(\d+)/.exec(runtime)?.[1] ?? "";
  return {
    NODE_PATH: [
      `${opt}/nodejs/node${major}/node_modules`,
      `${opt}/nodejs/node_modules`,
      `${runtimeFolder}/node_modules`,
      `${runtimeFolder}`,
      taskFolder,
    ].join(":"),
  };
}
