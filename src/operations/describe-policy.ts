import type { Context } from "../context.ts";
import { planPolicy, type Policy } from "../deploy/plan-policy.ts";
import { selectTarget } from "../deploy/select-target.ts";
import { BrigError } from "../errors.ts";
import { findWorkspace } from "../workspace/find-workspace.ts";
import type { SettingsFile } from "../workspace/parse-settings.ts";
import { readSettings } from "../workspace/read-settings.ts";
import { mergeMembers } from "../workspace/settle-settings.ts";
import { lambdaNameOf } from "./local-place.ts";

/**
 * The IAM policy that brig needs for all functions that have the target. Neither credentials nor values from outside are
 * needed to tell.
 *
 * @throws BrigError `target-not-found` when no function has it, `config-invalid`
 */
export async function describePolicy(target: string, context: Context): Promise<Policy> {
  const workspace = await findWorkspace(context);
  const parsed = new Map<string, SettingsFile>();
  const all = workspace.functions.map((folder) => ({
    folder,
    settings: readSettings(workspace, folder, parsed),
  }));
  const [first] = all;
  if (first === undefined) {
    throw new BrigError(
      "target-not-found",
      `this workspace has no functions, so none has the target "${target}"`,
      "brig new hello",
    );
  }
  const having = all.filter(({ settings }) => Object.hasOwn(settings.targets, target));
  if (having.length === 0) selectTarget(first.settings, target, first.folder.path);
  return planPolicy(
    having.map(({ folder, settings }) => {
      const place = settings.targets[target]!;
      const members = mergeMembers(settings.function, place.function);
      const functionName = lambdaNameOf(folder, members);
      return { functionName, region: place.region, account: place.account, members };
    }),
  );
}
