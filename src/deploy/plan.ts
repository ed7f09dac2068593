import { BrigError } from "../errors.ts";
import { type Desired, noRemote, type Remote, type RemoteVersion } from "./desired.ts";
import { diffConfiguration, selectChanged, withoutDescription } from "./diff-configuration.ts";
import { type Change, isEmpty } from "./diff-members.ts";
import { planAttachments } from "./plan-attachments.ts";
import { type EnvironmentPlan, planEnvironment, variablesOf } from "./plan-environment.ts";
import { lacksRecord, planOwnDescription, planRecord } from "./plan-record.ts";
import { earlierAfterMove, parseEarlierVersions, renderEarlierVersions } from "./record.ts";
import type { Step } from "./step.ts";
import { selectComparable } from "./unreturned-members.ts";

/** What is to be done for one function to be in a target as it should be. */
export interface FunctionPlan {
  readonly functionName: string;
  readonly codeSha256: string;
  readonly steps: readonly Step[];
  readonly unchanged: boolean;
  /** Names of environment variables that leave, where these are more than half of all. */
  readonly removesMost: readonly string[];
}

/**
 * Compares what a function should be with what AWS says it is. The order is the safe one: code, configuration, a version of
 * both, its smoke test, the alias, then what stands on the alias. Nothing to do: no steps.
 *
 * @param files what differs in the code, where that is known
 * @throws BrigError `drifted` when somebody else placed a variable, `config-invalid` for what cannot be changed or must be said
 */
export function planFunction(desired: Desired, remote: Remote, files: readonly Change[] = []): FunctionPlan {
  const { functionName, zip } = desired;
  const environment = planOwnEnvironment(desired, remote);
  const steps =
    remote.latest === undefined
      ? planCreation(desired)
      : planUpdate(desired, remote, remote.latest, environment, files);
  if (steps.length > 0) refuseStrangers(desired, environment);
  return {
    functionName,
    codeSha256: zip.codeSha256,
    steps,
    unchanged: steps.length === 0,
    removesMost: environment.removesMost ? environment.removed : [],
  };
}

function planCreation(desired: Desired): readonly Step[] {
  const { functionName, configuration, creation, tags, architecture, codeSigning } = desired;
  if (isEmpty(configuration["Role"])) {
    throw new BrigError(
      "config-invalid",
      `${functionName} is not on AWS yet, and no brig.yaml says which role it takes`,
      'in its brig.yaml: function: {Role: "arn:aws:iam::123456789012:role/NAME"}',
    );
  }
  const members = { ...creation, ...configuration, Architectures: [architecture] };
  const input = {
    FunctionName: functionName,
    ...members,
    ...(tags !== undefined && { Tags: tags }),
    ...(codeSigning !== undefined && codeSigning !== "" && { CodeSigningConfigArn: codeSigning }),
  };
  const changes = diffConfiguration(members, {}, functionName);
  return [
    { call: "CreateFunction", why: "there is no such function", changes, input },
    ...planRelease(desired, undefined, undefined),
    ...planAttachments(desired, noRemote),
  ];
}

function planUpdate(
  desired: Desired,
  remote: Remote,
  latest: RemoteVersion,
  environment: EnvironmentPlan,
  files: readonly Change[],
): readonly Step[] {
  refuseImmutable(desired, latest);
  const code = planCode(desired, latest, files);
  const configuration = planConfiguration(desired, latest, remote.live, environment);
  const { live } = remote;
  const isLive = live !== undefined && isAsDesired(desired, live, live);
  const isSame = code.length === 0 && configuration.length === 0 && isLive;
  const isRecorded = !isSame || !lacksRecord(desired, live);
  const [publish, ...rest] = planRelease(desired, live, remote.alias);
  const release = isSame
    ? isRecorded
      ? []
      : [...planRecord(desired, latest, publish!), ...rest]
    : [publish!, ...rest];
  return [
    ...planClearing(desired, remote, release),
    ...code,
    ...configuration,
    ...(isRecorded ? planOwnDescription(desired, latest) : []),
    ...release,
    ...planAttachments(desired, remote),
  ];
}

/** Whether a version has the code and every setting that is wished, as far as AWS tells. */
export function isAsDesired(
  { zip, architecture, configuration, functionName }: Desired,
  version: RemoteVersion,
  live: RemoteVersion | undefined,
): boolean {
  const wished = withoutDescription(selectComparable(configuration, version.configuration, live));
  return (
    version.codeSha256 === zip.codeSha256 &&
    architectureOf(version) === architecture &&
    diffConfiguration(wished, version.configuration, functionName).length === 0
  );
}

function planCode(desired: Desired, latest: RemoteVersion, files: readonly Change[]): readonly Step[] {
  const { zip, architecture, functionName } = desired;
  const from = architectureOf(latest);
  const moves = from !== architecture ? [{ path: "Architectures", from: [from], to: [architecture] }] : [];
  const { LastUpdateStatus: update, State: state } = latest.configuration;
  // No version is made of what failed. Only a write makes AWS try again.
  const failed = update === "Failed" || state === "Failed";
  if (zip.codeSha256 === latest.codeSha256 && moves.length === 0 && !failed) return [];
  // Architecture and code are one call: either alone would not run.
  const input = {
    FunctionName: functionName,
    ...(desired.architectureMentioned && { Architectures: [architecture] }),
  };
  const same = failed
    ? `the last ${state === "Failed" ? "creation" : "update"} failed`
    : "architecture differs";
  const why = zip.codeSha256 === latest.codeSha256 ? same : "code differs";
  return [{ call: "UpdateFunctionCode", why, changes: [...moves, ...files], input }];
}

function planConfiguration(
  desired: Desired,
  latest: RemoteVersion,
  live: RemoteVersion | undefined,
  { removed, removesMost }: EnvironmentPlan,
): readonly Step[] {
  const { functionName } = desired;
  const configuration = selectComparable(desired.configuration, latest.configuration, live);
  const changed = selectChanged(configuration, latest.configuration, functionName);
  if (changed === undefined) return [];
  const count = Object.keys(variablesOf(latest.configuration)).length;
  return [
    {
      call: "UpdateFunctionConfiguration",
      ...(removesMost && { why: `removes ${removed.length} of ${count} environment variables` }),
      changes: diffConfiguration(configuration, latest.configuration, functionName),
      input: { FunctionName: functionName, ...changed },
    },
  ];
}

/** What a canary that was killed left behind goes first: a kill later on would otherwise leave it for good. */
function planClearing(
  { functionName, alias }: Desired,
  remote: Remote,
  release: readonly Step[],
): readonly Step[] {
  const weights = remote.alias?.weights ?? {};
  if (release.length === 0 || Object.keys(weights).length === 0) return [];
  return [
    {
      call: "UpdateAlias",
      why: "weights of a deployment that did not end",
      changes: [{ path: "RoutingConfig.AdditionalVersionWeights", from: weights, to: null }],
      input: { FunctionName: functionName, Name: alias, RoutingConfig: { AdditionalVersionWeights: {} } },
    },
  ];
}

/** The version that PublishVersion will give is not known before. */
const newVersion = "new";

function planRelease(
  { functionName, alias, smokeTests }: Desired,
  live: RemoteVersion | undefined,
  remoteAlias: Remote["alias"],
): readonly Step[] {
  const changes = [{ path: "FunctionVersion", from: live?.version ?? null, to: newVersion }];
  const place = { FunctionName: functionName, Name: alias };
  return [
    { call: "PublishVersion", input: { FunctionName: functionName } },
    ...(smokeTests === 0
      ? []
      : [{ call: "Invoke", why: "smoke test", input: { FunctionName: functionName } }]),
    live === undefined
      ? { call: "CreateAlias", changes, input: place }
      : { call: "UpdateAlias", changes, input: { ...place, Description: remoteAlias?.description ?? "" } },
  ];
}

/** The Description of an alias that moves: the versions that it had before. */
export function describeMove(description: string, from: string, to: string): string {
  return renderEarlierVersions(description, earlierAfterMove(parseEarlierVersions(description), from, to));
}

function planOwnEnvironment(desired: Desired, remote: Remote): EnvironmentPlan {
  const { configuration } = desired;
  const wished = configuration["Environment"] === undefined ? undefined : variablesOf(configuration);
  const live = remote.live === undefined ? {} : variablesOf(remote.live.configuration);
  const latest = remote.latest === undefined ? {} : variablesOf(remote.latest.configuration);
  return planEnvironment(wished, latest, new Set([...Object.keys(live), ...remote.placedByBrig]));
}

function refuseStrangers({ functionName, alias }: Desired, { strangers }: EnvironmentPlan): void {
  if (strangers.length === 0) return;
  const [first] = strangers;
  throw new BrigError(
    "drifted",
    `somebody else gave ${functionName} the environment ${strangers.length === 1 ? "variable" : "variables"} ` +
      `${strangers.join(", ")}: in no brig.yaml, nor in the version behind ${alias}`,
    `keep it: function: {Environment: {Variables: {${first}: "\${env:${first}}"}}} in brig.yaml; or remove it on AWS`,
  );
}

function refuseImmutable(desired: Desired, latest: RemoteVersion): void {
  const { functionName, architecture, architectureMentioned, creation } = desired;
  const { PackageType: packaging = "Zip", TenancyConfig: tenancy } = latest.configuration;
  if (packaging !== "Zip") {
    throw new BrigError(
      "config-invalid",
      `${functionName} is a function of a container image on AWS, and brig deploys zips`,
      "give it another name: function: {FunctionName: NAME}",
    );
  }
  const wished = creation["TenancyConfig"];
  if (wished !== undefined && JSON.stringify(wished) !== JSON.stringify(tenancy)) {
    throw new BrigError(
      "config-invalid",
      `TenancyConfig of ${functionName} cannot be changed: AWS takes it only when a function is created`,
      `take it out of brig.yaml, or give the function another name`,
    );
  }
  const { Runtime: running } = latest.configuration;
  const built = creation["Runtime"] as string | undefined;
  // Whoever mentions it wants it; whoever does not gets the newest one that this machine can build for.
  if (desired.configuration["Runtime"] === undefined && built !== undefined && running !== built) {
    throw new BrigError(
      "config-invalid",
      `${functionName} is for ${String(running)} on AWS, and its zip is built for ${built}`,
      `function: {Runtime: ${String(running)}}   # or ${built}, to change it`,
    );
  }
  const there = architectureOf(latest);
  if (!architectureMentioned && there !== architecture) {
    throw new BrigError(
      "config-invalid",
      `${functionName} is for ${there} on AWS, and its zip is built for ${architecture}`,
      `function: {Architectures: [${there}]}`,
    );
  }
}

export function architectureOf({ configuration }: RemoteVersion): string {
  const list = configuration["Architectures"];
  return Array.isArray(list) && typeof list[0] === "string" ? list[0] : "x86_64";
}
