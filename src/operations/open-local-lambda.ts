import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Context } from "../context.ts";
import type { Executor, LogSink } from "../local/contract.ts";
import { createLocalLambda, type LocalLambda, type LocalLambdaOptions } from "../local/local-lambda.ts";
import type { Credentials } from "../local/runtime/environment-variables.ts";
import { createExecutor } from "../local/runtime/executor.ts";
import { storeDirectory } from "../store/store-directory.ts";
import { findLanguages, type KnownInterpreters } from "./find-languages.ts";
import { localPlace } from "./local-place.ts";

declare const BRIG_BUILD: string;

/** What differs where local Lambda is started. */
export interface LocalSetup {
  readonly known: KnownInterpreters;
  readonly logSink: LogSink;
  /** Whether functions act as the user at AWS. */
  readonly withCredentials: boolean;
}

/**
 * What local Lambda is made with, wherever it is started.
 *
 * @throws BrigError `credentials-missing`, `credentials-expired` when functions are to act as the user
 */
export async function planLocalLambda(
  { known, logSink, withCredentials }: LocalSetup,
  context: Context,
): Promise<LocalLambdaOptions> {
  const programFolder = await findProgramFolder(context);
  const credentials = withCredentials ? await readUserCredentials(context) : undefined;
  return {
    ...localPlace,
    temporaryFolder: tmpdir(),
    now: context.now,
    createExecutor: ({ temporaryFolder }): Promise<Executor> =>
      createExecutor({
        temporaryFolder,
        ...(programFolder !== undefined && { programFolder }),
        logSink,
        now: context.now,
        ...(credentials && { credentials }),
        ...findLanguages(known, context),
      }),
  };
}

/** Local Lambda without a port, for one command. */
export async function openLocalLambda(setup: LocalSetup, context: Context): Promise<LocalLambda> {
  return await createLocalLambda(await planLocalLambda(setup, context));
}

/** The first time at once: what is missing is said before anything runs. */
async function readUserCredentials(context: Context): Promise<() => Promise<Credentials>> {
  const { openUserCredentials } = await import("./user-credentials.ts");
  const read = await openUserCredentials(context);
  await read();
  return read;
}

/** Bootstraps of this very brig, kept in the store; without one that can be written they are made each time. */
async function findProgramFolder(context: Context): Promise<string | undefined> {
  const folder = join(storeDirectory(context.env, context.cwd), "local-1", BRIG_BUILD);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  } catch {
    return undefined;
  }
}
