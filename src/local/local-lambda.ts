import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { World } from "./api/call.ts";
import { removeFunction } from "./api/functions.ts";
import { type ControlPlane, createControlPlane } from "./api/control-plane.ts";
import { createCodeReader, type FetchObject } from "./code-object.ts";
import type { Executor } from "./contract.ts";
import { createDirectory } from "./create-directory.ts";
import type { Directory } from "./directory.ts";
import { type PutFunction, type PutResult, putFunction } from "./put-function.ts";
import { createWatchdog } from "./runtime/watchdog.ts";
import { makeWorkFolder } from "./runtime/work-folder.ts";
import { type BucketStore, openBucketStore } from "./s3/bucket-store.ts";
import { openCodeStore } from "./state/code-store.ts";
import { createState } from "./state/local-state.ts";

export interface LocalLambdaOptions {
  /** Of requests without a signature, and of `putFunction`. */
  readonly region: string;
  /** Twelve digits. */
  readonly account: string;
  /** The system's folder for temporary files: a folder of the service's own is made in it, and nothing else written. */
  readonly temporaryFolder: string;
  readonly now: () => Date;
  /** @param place a folder for the executor's temporary files, removed with the service */
  readonly createExecutor: (place: { readonly temporaryFolder: string }) => Promise<Executor>;
  /** 0 to 1, for weighted aliases; Math.random when not given. */
  readonly random?: () => number;
  /** Reads code from S3 outside of the service; only buckets of the embedded S3 when not given. */
  readonly fetchObject?: FetchObject;
}

/** Local Lambda without HTTP: functions, and what runs them. */
export interface LocalLambda {
  readonly directory: Directory;
  readonly executor: Executor;
  readonly controlPlane: ControlPlane;
  readonly buckets: BucketStore;
  /** Creates the function, or updates what differs. */
  readonly putFunction: (put: PutFunction) => Promise<PutResult>;
  /** Deletes the function if it exists; what runs is finished. */
  readonly removeFunction: (name: string) => void;
  /** The zip of code that the service has, by the hex SHA-256. */
  readonly readZip: (sha256: string) => Promise<Buffer | undefined>;
  /** Ends all workers and removes all files. */
  readonly dispose: () => Promise<void>;
}

export async function createLocalLambda(options: LocalLambdaOptions): Promise<LocalLambda> {
  const { region, account, now } = options;
  const folder = await makeWorkFolder(options.temporaryFolder, process.pid);
  const watchdog = createWatchdog(folder);
  // Only to start it: the folder goes with the service, however that ends.
  watchdog.end(0);
  const codeFolder = join(folder, "code");
  const layersFolder = join(folder, "layers");
  await Promise.all([mkdir(codeFolder), mkdir(layersFolder)]);
  const executor = await options.createExecutor({ temporaryFolder: folder });
  const state = createState(account);
  const buckets = openBucketStore(join(folder, "s3"), now);
  const world: World = {
    state,
    code: openCodeStore(codeFolder),
    layersFolder,
    now,
    retire: (key) => executor.retire(key),
    readObject: createCodeReader(buckets, options.fetchObject),
  };
  const controlPlane = createControlPlane(world);
  // Endpoints are only in answers to clients.
  const call = { world, region, account, endpoint: "http://127.0.0.1" };
  return {
    directory: createDirectory(state, options.random ?? Math.random),
    executor,
    controlPlane,
    buckets,
    putFunction: (put) => controlPlane.change(() => putFunction(put, call)),
    removeFunction: (name) => {
      const record = state.functions.get(`${region}/${name}`);
      if (record !== undefined) removeFunction(record, call);
    },
    readZip: world.code.readZip,
    dispose: async () => {
      await executor.dispose();
      await rm(folder, { recursive: true, force: true });
      await watchdog.dispose();
    },
  };
}
