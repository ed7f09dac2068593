import { basename, join } from "node:path";
import { unzippedLimit } from "../build/limits.ts";
import { readManifest } from "../build/manifest.ts";
import type { BuildRow } from "../build/report.ts";
import type { Context } from "../context.ts";
import type { AwsSession } from "../deploy/aws/session.ts";
import type { Desired, DesiredZip, Remote } from "../deploy/desired.ts";
import type { Change } from "../deploy/diff-members.ts";
import { layersOf, readLayerSize } from "../deploy/layer-size.ts";
import { variablesOf } from "../deploy/plan-environment.ts";
import { type FunctionPlan, planFunction } from "../deploy/plan.ts";
import { readAlias, readPlacedByBrig, readRemote } from "../deploy/read-remote.ts";
import { refuseTooLarge } from "../deploy/send-code.ts";
import { type BuiltFor, settleTarget, settleWish } from "../deploy/settle-target.ts";
import type { SmokeTest } from "../deploy/smoke.ts";
import { BrigError } from "../errors.ts";
import type { FunctionFolder } from "../workspace/function-folder.ts";
import type { DeployedFunction } from "./deployed-function.ts";
import { findFileChanges } from "./file-changes.ts";
import { readSmokeTests } from "./smoke-tests.ts";

/** The bytes to deploy, and what they were made for. */
export interface DeployedCode {
  readonly zip: DesiredZip;
  readonly built: BuiltFor;
  /** What differs from the code that runs, which has this CodeSha256. */
  readonly changesSince: (codeSha256: string | undefined) => readonly Change[];
}

/** A plan and all that it was made of. */
export interface PlannedFunction {
  readonly of: DeployedFunction;
  readonly session: AwsSession;
  readonly desired: Desired;
  readonly remote: Remote;
  readonly plan: FunctionPlan;
  readonly smokeTests: readonly SmokeTest[];
}

/** The code of a build. @throws BrigError `busy` when another brig took the build away */
export function readBuiltCode(folder: FunctionFolder, row: BuildRow): DeployedCode {
  const builds = join(folder.folder, "builds");
  const name = basename(row.zip!);
  const manifest = readManifest(builds, name);
  if (manifest === undefined) {
    throw new BrigError("busy", `${folder.path} was changed by another brig meanwhile`, "try again");
  }
  const { commit, dirty, size, unzippedSize, sha256, codeSha256, inputs } = manifest;
  return {
    zip: {
      file: join(builds, name),
      size,
      unzippedSize,
      sha256,
      codeSha256,
      record: commit === null ? undefined : { commit, dirty },
    },
    built: { runtime: inputs.runtime, architecture: inputs.architecture },
    changesSince: (running) => findFileChanges(builds, running, manifest),
  };
}

/** What AWS says of a function: two calls, unless a brig.yaml mentions what has calls of its own. */
export async function readDeployed(
  { functionName, settings, target }: DeployedFunction,
  { lambda }: AwsSession,
  context: Context,
): Promise<Remote> {
  const wish = settleWish(functionName, settings, target.settings, context.env);
  return await readRemote(wish, lambda, context.signal);
}

/**
 * Settles what a function should be, and plans how it becomes that.
 *
 * @param read what AWS says of it
 * @throws BrigError `config-invalid`, `drifted`, `too-large`, and what AWS answers
 */
export async function planDeployed(
  of: DeployedFunction,
  code: DeployedCode,
  read: Remote,
  session: AwsSession,
  options: { readonly noSmoke: boolean },
  context: Context,
): Promise<PlannedFunction> {
  const { lambda } = session;
  const smokeTests = options.noSmoke ? [] : readSmokeTests(of.folder);
  const wish = settleWish(of.functionName, of.settings, of.target.settings, context.env);
  const desired = settleTarget(wish, of.settings, code.zip, code.built, smokeTests.length);
  let remote = read;
  const changes = code.changesSince(remote.latest?.codeSha256);
  if (hasStrangers(desired, remote)) {
    remote = { ...remote, placedByBrig: await readPlacedByBrig(lambda, of.functionName) };
  }
  let plan = planFunction(desired, remote, changes);
  // What is on its way may have left weights, and its guard is the alias's own RevisionId.
  if (plan.steps.length > 0 && remote.live !== undefined) {
    remote = { ...remote, alias: await readAlias(lambda, of.functionName, desired.alias) };
    plan = planFunction(desired, remote, changes);
  }
  const sends = new Set(plan.steps.map(({ call }) => call));
  if (sends.has("CreateFunction") || sends.has("UpdateFunctionCode")) refuseTooLarge(desired);
  if (sends.has("PublishVersion")) await refuseTooLargeUnzipped(desired, remote, session, context);
  return { of, session, desired, remote, plan, smokeTests };
}

function hasStrangers({ configuration }: Desired, { latest, live }: Remote): boolean {
  if (latest === undefined || configuration["Environment"] === undefined) return false;
  const known = { ...variablesOf(configuration), ...(live && variablesOf(live.configuration)) };
  return Object.keys(variablesOf(latest.configuration)).some((name) => !Object.hasOwn(known, name));
}

/** Layers count with the code (the page "Lambda quotas", deployment package size, unzipped). */
async function refuseTooLargeUnzipped(
  desired: Desired,
  remote: Remote,
  { lambda }: AwsSession,
  context: Context,
): Promise<void> {
  const { functionName, zip } = desired;
  const layers = await Promise.all(
    layersOf(desired, remote).map((arn) => readLayerSize(lambda, arn, context.signal)),
  );
  const inLayers = layers.reduce((sum, size) => sum + size, 0);
  const total = zip.unzippedSize + inLayers;
  if (total <= unzippedLimit) return;
  const parts = inLayers === 0 ? "" : `: ${zip.unzippedSize} of its own and ${inLayers} in layers`;
  throw new BrigError(
    "too-large",
    `${functionName} unpacks to ${total} bytes${parts}, over Lambda's limit of ${unzippedLimit}`,
    'leave out what is not needed: build: {exclude: ["**/tests/**"]}',
  );
}
