import type { LambdaCalls } from "./aws/lambda-calls.ts";
import { type Canary, type CanaryPorts, runCanary } from "./canary.ts";
import { createFunction } from "./create-function.ts";
import { attach } from "./attach.ts";
import type { Desired, Remote, RemoteAlias, RemoteVersion } from "./desired.ts";
import { isCodeWritten, isConfigurationWritten } from "./judge-written.ts";
import { aliasConflict, moveAlias } from "./move-alias.ts";
import { describeMove, type FunctionPlan } from "./plan.ts";
import { publishVersion } from "./publish.ts";
import { readAlias } from "./read-remote.ts";
import { renderVersionRecord } from "./record.ts";
import type { SentCode } from "./send-code.ts";
import { runSmokeTests, type SmokeTest } from "./smoke.ts";
import type { Step } from "./step.ts";
import { digestUnknown } from "./unreturned-members.ts";
import { type LatestWrite, writeLatest } from "./write-latest.ts";

export interface ApplyPorts {
  readonly lambda: LambdaCalls;
  readonly sendCode: () => Promise<SentCode>;
  readonly smokeTests: readonly SmokeTest[];
  readonly canary: Canary | undefined;
  readonly canaryPorts: CanaryPorts;
  /** Aborted by Ctrl-C: no further step is begun. */
  readonly signal: AbortSignal;
  /** A step is done: `uploaded 1.0 MB`, `version 8`. */
  readonly onStep: (step: AppliedStep) => void;
  /** Something is waited for. */
  readonly onWait: (text: string) => void;
}

export type AppliedStep =
  | { readonly kind: "code"; readonly uploaded: number }
  | { readonly kind: "configuration" }
  | { readonly kind: "version"; readonly version: string }
  | { readonly kind: "smoke"; readonly passed: number }
  | { readonly kind: "share"; readonly share: number }
  | { readonly kind: "alias"; readonly from: string | null; readonly to: string };

/** What is behind the alias when all is done. */
export interface Applied {
  readonly version: string | null;
  readonly previousVersion: string | null;
}

/** The calls that make a version and bring it behind the alias; all others stand beside it. */
const releasing: ReadonlySet<string> = new Set([
  "CreateFunction",
  "UpdateFunctionCode",
  "UpdateFunctionConfiguration",
  "PublishVersion",
  "Invoke",
  "CreateAlias",
  "UpdateAlias",
]);

/**
 * Does what a plan says, each write guarded against what somebody else did since the plan was made.
 *
 * @throws BrigError `conflict`, `smoke-failed` (the alias is where it was), `aws-failed` with AWS's reason, …
 */
export async function applyPlan(
  plan: FunctionPlan,
  desired: Desired,
  remote: Remote,
  ports: ApplyPorts,
): Promise<Applied> {
  const { lambda, signal } = ports;
  const release = plan.steps.filter(({ call }) => releasing.has(call));
  const applied =
    release.length === 0
      ? { version: remote.live?.version ?? null, previousVersion: remote.live?.version ?? null }
      : await applyRelease(release, desired, remote, ports);
  const beside = plan.steps.filter(({ call }) => !releasing.has(call));
  await attach(beside, desired.functionName, remote.policies, lambda, signal);
  return applied;
}

async function applyRelease(
  steps: readonly Step[],
  desired: Desired,
  remote: Remote,
  ports: ApplyPorts,
): Promise<Applied> {
  const { lambda, signal } = ports;
  const { functionName, alias } = desired;
  const before = await clearWeights(desired, remote, ports);
  const latest = await bringLatest(steps, desired, remote, ports);
  signal.throwIfAborted();
  const { version } = await publishVersion(
    functionName,
    latest,
    describeVersion(desired),
    (made) => isCodeWritten(desired, made),
    lambda,
    signal,
  );
  ports.onStep({ kind: "version", version });
  signal.throwIfAborted();
  const { smokeTests } = ports;
  await runSmokeTests(smokeTests, { functionName, version }, desired.configuration, lambda, signal);
  if (smokeTests.length > 0) ports.onStep({ kind: "smoke", passed: smokeTests.length });
  signal.throwIfAborted();
  const from = before?.version ?? null;
  const isMoved = from === version;
  const place = { functionName, alias };
  const description = describeMove(before?.description ?? "", from ?? version, version);
  if (ports.canary !== undefined && before !== undefined && !isMoved) {
    await runCanary(ports.canary, version, place, before, description, ports.canaryPorts, lambda);
  } else if (!isMoved) {
    await moveAlias({ ...place, version, weights: {}, description }, before, lambda, signal);
  }
  ports.onStep({ kind: "alias", from, to: version });
  return { version, previousVersion: from };
}

/** What a canary that was killed left behind goes first. */
async function clearWeights(
  { functionName, alias }: Desired,
  { alias: seen, live }: Remote,
  { lambda, signal }: ApplyPorts,
): Promise<RemoteAlias | undefined> {
  const now =
    live === undefined ? undefined : (seen ?? (await readAlias(lambda, functionName, alias, signal)));
  if (now?.version !== live?.version) throw aliasConflict(functionName, alias);
  if (now === undefined || Object.keys(now.weights).length === 0) return now;
  const { version, description } = now;
  return await moveAlias({ functionName, alias, version, description, weights: {} }, now, lambda, signal);
}

/** Brings `$LATEST` to what is wished. */
async function bringLatest(
  steps: readonly Step[],
  desired: Desired,
  { latest: seen }: Remote,
  ports: ApplyPorts,
): Promise<RemoteVersion> {
  const { lambda, signal } = ports;
  let latest = seen;
  for (const { call, input } of steps) {
    signal.throwIfAborted();
    if (call === "CreateFunction") {
      const { members, uploaded } = await ports.sendCode();
      const isOurs = (version: RemoteVersion): boolean =>
        isCodeWritten(desired, version) && isConfigurationWritten(desired, version, undefined);
      latest = await createFunction({ ...input, Code: members }, isOurs, lambda, ports.onWait, signal);
      ports.onStep({ kind: "code", uploaded });
    } else if (call === "UpdateFunctionCode") {
      const { members, uploaded } = await ports.sendCode();
      const isDone: LatestWrite["isDone"] = (version) => isCodeWritten(desired, version);
      latest = await writeLatest({ call, input: { ...input, ...members }, isDone }, latest!, lambda, signal);
      ports.onStep({ kind: "code", uploaded });
    } else if (call === "UpdateFunctionConfiguration") {
      const isDone: LatestWrite["isDone"] = (version, answer) =>
        isCodeWritten(desired, version) && isConfigurationWritten(desired, version, answer);
      latest = await writeLatest({ call, input, isDone }, latest!, lambda, signal);
      ports.onStep({ kind: "configuration" });
    }
  }
  return latest!;
}

/** brig's record, a digest of members that AWS may not answer, and the function's own Description. */
function describeVersion({ zip, configuration }: Desired): string | undefined {
  if (zip.record === undefined) return undefined;
  const digest = digestUnknown(configuration);
  const own = configuration["Description"];
  const rest = [...(digest === undefined ? [] : [`+${digest}`]), ...(typeof own === "string" ? [own] : [])];
  return renderVersionRecord(zip.record, rest.join(" ").trim());
}
