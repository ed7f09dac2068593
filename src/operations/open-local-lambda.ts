import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import type { Executor, LogSink } from "../local/contract.ts";
import { createLocalLambda, type LocalLambda, type LocalLambdaOptions } from "../local/local-lambda.ts";
import type { Credentials } from "../local/runtime/environment-variables.ts";
import { createExecutor } from "../local/runtime/executor.ts";
import type { Languages } from "../local/runtime/language.ts";
import type { Interpreter } from "../python/interpreter.ts";
import { storeDirectory } from "../store/store-directory.ts";
import { findWorkspace } from "../workspace/find-workspace.ts";
import { localPlace } from "./local-place.ts";

declare const BRIG_BUILD: string;

/** Interpreters that builds settled on, by minor version: they need not be looked for again. */
export type KnownInterpreters = Map<string, Interpreter>;

export function knowOnly(interpreter: Interpreter | undefined): KnownInterpreters {
  return new Map(interpreter === undefined ? [] : [[interpreter.minor, interpreter]]);
}

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

function findLanguages(known: KnownInterpreters, context: Context): Languages {
  return {
    interpreterFor: async (minor) => {
      const settled = known.get(minor);
      if (settled !== undefined) return settled;
      const { openWorkshop } = await import("./workshop.ts");
      const workspace = await findWorkspace(context).catch(() => ({ root: context.cwd, functions: [] }));
      const workshop = await openWorkshop(workspace, { offline: false, jobs: 1 }, context);
      const found = await workshop.requireInterpreter(minor);
      known.set(minor, found);
      return found;
    },
    nodeFor: (major) => findNode(major, context),
  };
}

const run = promisify(execFile);

/**
 * Node of this major version: the one that brig runs on, those on PATH, or the npm package `node`.
 *
 * @throws BrigError `tool-missing`
 */
async function findNode(major: string, context: Context): Promise<{ readonly file: string }> {
  if (process.versions.node.startsWith(`${major}.`)) return { file: process.execPath };
  const names = [`node${major}`, `node-${major}`, "node"];
  const folders = [
    join(context.cwd, "node_modules", "node", "bin"),
    ...(context.env["PATH"] ?? "").split(delimiter),
  ];
  for (const file of folders.flatMap((folder) => names.map((name) => join(folder, name)))) {
    if (!existsSync(file)) continue;
    const said = await run(file, ["--version"], { timeout: 5000 }).catch(() => undefined);
    if (said?.stdout.startsWith(`v${major}.`)) return { file };
  }
  throw new BrigError(
    "tool-missing",
    `there is no Node ${major} on this machine to run the runtime nodejs${major}.x`,
    `npm install --no-save node@${major}   # in the folder where you call brig, or put a Node ${major} on PATH`,
  );
}
