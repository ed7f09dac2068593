import type { Context } from "../context.ts";
import { BrigError, type ErrorReport } from "../errors.ts";
import type { LockChange } from "../python/lock-changes.ts";
import { findWorkspace } from "../workspace/find-workspace.ts";
import type { FunctionFolder } from "../workspace/function-folder.ts";
import { readSettings } from "../workspace/read-settings.ts";
import { selectFunctions } from "../workspace/select-functions.ts";
import { ensureLock } from "./ensure-lock.ts";
import { inParallel } from "./in-parallel.ts";
import { settleRuntime } from "./settle-runtime.ts";
import { openWorkshop, type Workshop } from "./workshop.ts";

export interface LockCommandOptions {
  readonly names: readonly string[];
  readonly all: boolean;
  readonly upgrade: boolean;
  readonly upgradePackage: readonly string[];
  /** Nothing is written: a lock that is missing or outdated is an error. */
  readonly check: boolean;
  readonly offline: boolean;
}

export interface LockOutcome {
  readonly name: string;
  readonly path: string;
  readonly status: "locked" | "unchanged" | "unlocked" | "failed";
  /** Relative to the workspace's root. */
  readonly lock: string | null;
  readonly packages: number;
  readonly changes: readonly LockChange[];
  readonly error: ErrorReport | null;
  readonly exitStatus: number;
}

/** Locks functions: what `brig lock` means. A fault of one function stands in its row. */
export async function lockFunctions(
  options: LockCommandOptions,
  context: Context,
): Promise<readonly LockOutcome[]> {
  const workspace = await findWorkspace(context);
  const folders = selectFunctions(workspace, context.cwd, options);
  const workshop = await openWorkshop(workspace, { offline: options.offline, jobs: 2 }, context);
  return await inParallel(folders, workshop.jobs, async (folder) => {
    try {
      return await lockFunction(folder, options, workshop, context);
    } catch (error) {
      if (!(error instanceof BrigError) || error.code === "interrupted") throw error;
      const { code, message, hint, exitStatus } = error;
      return { ...rowOf(folder), status: "failed", error: { code, message, hint }, exitStatus };
    }
  });
}

async function lockFunction(
  folder: FunctionFolder,
  options: LockCommandOptions,
  workshop: Workshop,
  context: Context,
): Promise<LockOutcome> {
  const settings = readSettings(workshop.workspace, folder);
  const { target } = settleRuntime(settings, await workshop.interpreters(), context.now());
  if (target === null) return rowOf(folder);
  const upgrade = options.upgrade || (options.upgradePackage.length > 0 && options.upgradePackage);
  const boundary = (await workshop.repository()).repository?.toplevel ?? workshop.workspace.root;
  const policy = { frozen: options.check, upgrade, anew: !options.check };
  const { lock, written, changes } = await ensureLock(
    folder,
    settings,
    target,
    boundary,
    workshop,
    policy,
    context,
  );
  if (lock === undefined) return rowOf(folder);
  const status = written ? "locked" : "unchanged";
  return {
    ...rowOf(folder),
    status,
    lock: `${folder.path}/pylock.toml`,
    packages: lock.packages.length,
    changes,
  };
}

function rowOf({ name, path }: FunctionFolder): LockOutcome {
  return { name, path, status: "unlocked", lock: null, packages: 0, changes: [], error: null, exitStatus: 0 };
}
