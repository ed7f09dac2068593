import { join } from "node:path";
import type { BuildRow } from "../build/report.ts";
import { type BuildState, readState, type Surroundings } from "../build/state.ts";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import type { PutFunction } from "../local/put-function.ts";
import type { StagedTree } from "../local/state/snapshot-tree.ts";
import type { FunctionFolder } from "../workspace/function-folder.ts";
import { findWorkspace } from "../workspace/find-workspace.ts";
import { buildFunctions } from "./build.ts";
import type { BuildOptions } from "./build-options.ts";
import { describePut } from "./describe-put.ts";
import { describeTwin } from "./describe-twin.ts";
import type { Settled } from "./settle-function.ts";

declare const BRIG_BUILD: string;

/** A function that is built and can be put into local Lambda. */
export interface ReadyFunction {
  readonly folder: FunctionFolder;
  readonly row: BuildRow;
  readonly settled: Settled;
  /** What the build read. */
  readonly inputs: Pick<BuildState, "files" | "folders">;
  /** The staging tree as code; the function has no URL. */
  readonly put: PutFunction;
}

/** What is built to be run: `staged` moves, no test runs, `current` stays. */
export const untested: Omit<BuildOptions, "names"> = {
  all: false,
  testOnly: false,
  noTest: true,
  frozen: false,
  offline: false,
  force: false,
  jobs: undefined,
};

/**
 * Builds the function if it changed, without its tests, and tells how local Lambda is to run it.
 *
 * @throws BrigError whatever stopped the build, `config-invalid` when nothing says what would run it
 */
export async function readyFunction(folder: FunctionFolder, context: Context): Promise<ReadyFunction> {
  const options = { ...untested, names: [folder.folder] };
  const [outcome] = await buildFunctions(options, quieted(context));
  const { row } = outcome!;
  if (row.error !== null) throw rowFault(row.error);
  const state = readState(join(folder.folder, "builds"), BRIG_BUILD);
  if (state === undefined) {
    throw new BrigError("busy", `${folder.path} was changed by another brig meanwhile`, "try again");
  }
  const settled = state.settled as Settled;
  const twin = await settleTwin(folder, settled, state.surroundings, options, context);
  return { folder, row, settled, inputs: state, put: describePut(folder, row, settled, twin, context.env) };
}

/** A tree with this host's wheels, where those of the zip are for another platform. */
async function settleTwin(
  folder: FunctionFolder,
  { runtime, interpreter, locked }: Settled,
  surroundings: Surroundings,
  options: BuildOptions,
  context: Context,
): Promise<StagedTree | undefined> {
  const { target } = runtime;
  if (target === null || !locked?.lock || interpreter === undefined) return undefined;
  if (target.system === interpreter.system && target.machine === interpreter.machine) return undefined;
  const [{ prepareBuild }, { settleTree }, { openWorkshop }, { withProcessLock }] = await Promise.all([
    import("./prepare-build.ts"),
    import("./settle-tree.ts"),
    import("./workshop.ts"),
    import("../store/process-lock.ts"),
  ]);
  const workshop = await openWorkshop(await findWorkspace(context), { offline: false, jobs: 2 }, context);
  const builds = join(folder.folder, "builds");
  return await withProcessLock(join(builds, ".lock"), { signal: context.signal }, async () => {
    const prepared = await prepareBuild(folder, builds, workshop, options, surroundings, context);
    const tree = await settleTree(prepared, workshop, context);
    return describeTwin(folder, tree);
  });
}

/** Who runs a function wants to see its output, not each step of its build. */
export function quieted(context: Context): Context {
  return {
    ...context,
    report: (event) => {
      if (event.kind !== "step") context.report(event);
    },
  };
}

export function rowFault({ code, message, hint }: NonNullable<BuildRow["error"]>): Error {
  return code === "internal" ? new Error(message) : new BrigError(code, message, hint);
}
