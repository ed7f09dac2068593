import { readFile } from "node:fs/promises";
import type { Context } from "../context.ts";
import type { AwsSession } from "../deploy/aws/session.ts";
import { shareSessions } from "../deploy/aws/sessions.ts";
import type { Change } from "../deploy/diff-members.ts";
import { diffZips } from "../deploy/diff-zips.ts";
import { downloadCode } from "../deploy/download-code.ts";
import { getFunction } from "../deploy/read-remote.ts";
import { BrigError } from "../errors.ts";
import { buildFunctions } from "./build.ts";
import { findDeployedFunction } from "./deployed-function.ts";
import { type DeployReport, describePlan } from "./deploy-report.ts";
import {
  type DeployedCode,
  planDeployed,
  type PlannedFunction,
  readBuiltCode,
  readDeployed,
} from "./plan-deploy.ts";

export interface DiffOptions {
  readonly names: readonly string[];
  readonly target: string | undefined;
  /** The lock must be there and valid: nothing is resolved. */
  readonly frozen: boolean;
}

/**
 * What a deployment would change, down to the files; the function is built, and not tested.
 *
 * @throws BrigError whatever stopped the build, `drifted`, what stands in the way of AWS
 */
export async function diffFunction(options: DiffOptions, context: Context): Promise<DeployReport> {
  const place = await findDeployedFunction(options.names, options.target, "diff", context);
  const { folder } = place;
  const build = { testOnly: false, noTest: true, offline: false, force: false, jobs: undefined, all: false };
  const sessions = shareSessions(context);
  try {
    const [[outcome], session] = await Promise.all([
      buildFunctions({ ...build, frozen: options.frozen, names: [folder.folder] }, context),
      sessions.of(place.target),
    ]);
    const { error } = outcome!.row;
    if (error !== null) {
      if (error.code === "internal") throw new Error(error.message);
      throw new BrigError(error.code, error.message, error.hint);
    }
    const code = readBuiltCode(folder, outcome!.row);
    const remote = await readDeployed(place, session, context);
    const planned = await planDeployed(place, code, remote, session, { noSmoke: false }, context);
    const row = describePlan(folder.name, planned.plan, planned.desired, planned.remote);
    const files = await compareFiles(planned, code, session, context);
    const steps = row.steps.map((step) =>
      step.call === "UpdateFunctionCode" && files.length > 0
        ? { ...step, changes: [...(step.changes ?? []), ...files] }
        : step,
    );
    const { region, account } = session;
    return { target: place.target.name, region, account, functions: [{ ...row, steps }] };
  } finally {
    sessions.dispose();
  }
}

/** Downloads what runs where no build of this folder tells what is in it. */
async function compareFiles(
  { remote, of }: PlannedFunction,
  { zip, changesSince }: DeployedCode,
  { lambda }: AwsSession,
  context: Context,
): Promise<readonly Change[]> {
  const running = remote.latest?.codeSha256;
  if (running === undefined || running === zip.codeSha256 || changesSince(running).length > 0) return [];
  const { functionName } = of;
  const answer = await getFunction(lambda, functionName);
  const bytes = await downloadCode(answer.Code?.Location ?? "", running, functionName, context.signal);
  const built = { name: zip.file, bytes: await readFile(zip.file) };
  return diffZips({ name: functionName, bytes }, built).map(({ path, kind }) => ({
    path,
    from: kind === "only-right" ? null : "deployed",
    to: kind === "only-left" ? null : "built",
  }));
}
