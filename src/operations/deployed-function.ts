import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { isNotFound } from "../deploy/aws/aws-error.ts";
import { selectTarget, type Target } from "../deploy/select-target.ts";
import { findWorkspace } from "../workspace/find-workspace.ts";
import type { FunctionFolder, Workspace } from "../workspace/function-folder.ts";
import { interpolate } from "../workspace/interpolate.ts";
import type { SettingsFile } from "../workspace/parse-settings.ts";
import { readSettings } from "../workspace/read-settings.ts";
import { selectFunctions } from "../workspace/select-functions.ts";
import type { Settings } from "../workspace/settings.ts";
import { lambdaNameOf } from "./local-place.ts";

/** A function of the workspace in one of its targets. */
export interface DeployedFunction {
  readonly folder: FunctionFolder;
  readonly settings: Settings;
  readonly target: Target;
  /** Lambda's name of it there. */
  readonly functionName: string;
  readonly alias: string;
}

/**
 * The one function that a command line means, in the target that it names.
 *
 * @param verb as hints show it
 * @throws BrigError `usage-invalid` for several functions or no target, `target-not-found`, `function-not-found`, …
 */
export async function findDeployedFunction(
  names: readonly string[],
  target: string | undefined,
  verb: string,
  context: Context,
): Promise<DeployedFunction> {
  const workspace = await findWorkspace(context);
  const selected = selectFunctions(workspace, context.cwd, { names, all: false });
  const folder = selected[0]!;
  if (selected.length > 1) {
    throw new BrigError("usage-invalid", `brig ${verb} takes one function`, `brig ${verb} ${folder.name}`);
  }
  const settings = readSettings(workspace, folder);
  if (target === undefined) {
    const first = Object.keys(settings.targets)[0] ?? "prod";
    throw new BrigError(
      "usage-invalid",
      `brig ${verb} needs a target`,
      `brig ${verb} ${folder.name} --target ${first}`,
    );
  }
  return placeFunction(folder, settings, selectTarget(settings, target, folder.path), context);
}

/** @throws BrigError `config-invalid` where the name comes from outside and is not set */
export function placeFunction(
  folder: FunctionFolder,
  settings: Settings,
  target: Target,
  context: Context,
): DeployedFunction {
  const named = target.settings.function["FunctionName"] ?? settings.function["FunctionName"];
  const FunctionName = interpolate(named, "function.FunctionName", context.env);
  const functionName = lambdaNameOf(folder, { FunctionName });
  return { folder, settings, target, functionName, alias: target.settings.alias };
}

/**
 * Functions in targets, in the workspace's order: those named, else the one around, else all; in the target named, else in each.
 *
 * @param onFault is told of a function whose settings cannot be read, which is left out then; without it, that is thrown
 * @throws BrigError `target-not-found` where a function that was named, or all of them, have no such target
 */
export async function findDeployedFunctions(
  options: { readonly names: readonly string[]; readonly all: boolean; readonly target: string | undefined },
  context: Context,
  onFault?: (folder: FunctionFolder, fault: BrigError) => void,
): Promise<readonly DeployedFunction[]> {
  const workspace = await findWorkspace(context);
  const folders = selectFunctions(workspace, context.cwd, options);
  const parsed = new Map<string, SettingsFile>();
  const { target } = options;
  const orTold = <Value>(folder: FunctionFolder, read: () => Value): readonly Value[] => {
    try {
      return [read()];
    } catch (fault) {
      if (onFault === undefined || !(fault instanceof BrigError)) throw fault;
      onFault(folder, fault);
      return [];
    }
  };
  const read = folders.flatMap((folder) =>
    orTold(folder, () => ({ folder, settings: readSettings(workspace, folder, parsed) })),
  );
  if (target !== undefined) {
    const having = read.filter(({ settings }) => Object.hasOwn(settings.targets, target));
    // Of all functions some may not have the target; who names a function means that one.
    const wanted = options.all && having.length > 0 ? having : read;
    return wanted.flatMap(({ folder, settings }) => {
      const selected = selectTarget(settings, target, folder.path);
      return orTold(folder, () => placeFunction(folder, settings, selected, context));
    });
  }
  return read.flatMap(({ folder, settings }) =>
    Object.entries(settings.targets).flatMap(([name, each]) =>
      orTold(folder, () => placeFunction(folder, settings, { name, settings: each }, context)),
    ),
  );
}

/** Whether there is a function around the folder that brig was called in. */
export function isInFunction(workspace: Workspace, cwd: string): boolean {
  return workspace.functions.some(({ folder }) => cwd === folder || cwd.startsWith(`${folder}/`));
}

/**
 * What AWS answers of a function, alias or version that is not there, as brig says it; other faults stay as they are.
 *
 * @param qualifier where another than the target's alias was asked for
 */
export function explainMissing(
  { folder, functionName, alias, target }: DeployedFunction,
  fault: unknown,
  qualifier?: string,
): unknown {
  if (!isNotFound(fault)) return fault;
  // AWS names what it looked for, not which part of it is missing: `Function not found: arn:…:function:hello:live`.
  const isQualified = fault.message.includes(`:function:${functionName}:`);
  const what = isQualified ? `${functionName}:${qualifier ?? alias}` : functionName;
  const lacking = `AWS has no ${what} in ${target.settings.region ?? "this region"}`;
  const [message, verb] =
    isQualified && qualifier !== undefined
      ? [lacking, "versions"]
      : [`${folder.name} is not deployed to ${target.name}: ${lacking}`, "deploy"];
  const hint = `brig ${verb} ${folder.name} --target ${target.name}`;
  return new BrigError("not-deployed", message, hint, { cause: fault });
}
