import { join } from "node:path";
import { planTests, runTests, type TestOutcome } from "../build/run-tests.ts";
import { readState } from "../build/state.ts";
import type { Context } from "../context.ts";
import type { AwsSession } from "../deploy/aws/session.ts";
import { BrigError } from "../errors.ts";
import { withProcessLock } from "../store/process-lock.ts";
import { findWorkspace } from "../workspace/find-workspace.ts";
import { buildFunctions } from "./build.ts";
import type { DeployedFunction } from "./deployed-function.ts";
import { prepareBuild } from "./prepare-build.ts";
import { quieted, rowFault, untested } from "./ready-function.ts";
import { settleTree } from "./settle-tree.ts";
import { settleTestPython } from "./test-build.ts";
import { openWorkshop } from "./workshop.ts";

declare const BRIG_BUILD: string;

/**
 * Runs the unit tests of a function with `test.local` against AWS: what they call in local Lambda otherwise, they call there,
 * through the alias and with the user's own credentials. Its tree is built for them if it changed; no link but `staged` moves.
 *
 * @returns `undefined` where it has no such tests
 * @throws BrigError whatever stops the build
 */
export async function testUnitsDeployed(
  { folder, settings, functionName, alias }: DeployedFunction,
  { region }: AwsSession,
  context: Context,
): Promise<TestOutcome | undefined> {
  if (!settings.test.local) return undefined;
  const options = { ...untested, names: [folder.folder] };
  const [outcome] = await buildFunctions(options, quieted(context));
  if (outcome!.row.error !== null) throw rowFault(outcome!.row.error);
  const builds = join(folder.folder, "builds");
  const state = readState(builds, BRIG_BUILD);
  if (state === undefined) {
    throw new BrigError("busy", `${folder.path} was changed by another brig meanwhile`, "try again");
  }
  const workshop = await openWorkshop(await findWorkspace(context), { offline: false, jobs: 2 }, context);
  return await withProcessLock(join(builds, ".lock"), { signal: context.signal }, async () => {
    const prepared = await prepareBuild(folder, builds, workshop, options, state.surroundings, context);
    const tree = await settleTree(prepared, workshop, context);
    const plan = planTests(folder.folder, tree.path, prepared.sourceFolder);
    if (plan.kind === "none") return undefined;
    const python = await settleTestPython(plan, prepared, workshop, context);
    const variables = {
      BRIG_FUNCTION_NAME: `${functionName}:${alias}`,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
    };
    const where = { subject: folder.name, folder: folder.folder, tree: tree.path, builds, variables };
    return await runTests(plan, where, python, context);
  });
}
