import type { LambdaCalls } from "./aws/lambda-calls.ts";
import { type Canary, type CanaryPorts, runCanary } from "./canary.ts";
import { createFunction } from "./create-function.ts";
import { attach, waitForProvisioned } from "./attach.ts";
import type { Desired, Remote, RemoteAlias, RemoteVersion } from "./desired.ts";
import { isCodeWritten, isConfigurationWritten } from "./judge-written.ts";
import { selectConfiguration } from "./members.ts";
import { aliasConflict, moveAlias } from "./move-alias.ts";
import { describeMove, type FunctionPlan } from "./plan.ts";
import { publishVersion } from "./publish.ts";
import { describeVersion, ownDescription } from "./plan-record.ts";
import { readAlias, versionOf } from "./read-remote.ts";
import type { SentCode } from "./send-code.ts";
import { runSmokeTests, type SmokeTest } from "./smoke.ts";
import type { Step } from "./step.ts";
import { readSettled } from "./wait.ts";
import { conflictOf, isSameContent, type LatestWrite, writeLatest } from "./write-latest.ts";

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
  const applied = release.length === 0 ? stay(remote) : await applyRelease(release, desired, remote, ports);
  const beside = plan.steps.filter(({ call }) => !releasing.has(call));
  await attach(beside, desired.functionName, remote.policies, lambda, signal);
  const { functionName, alias, provisionedConcurrency = 0 } = desired;
  if (release.length > 0 && provisionedConcurrency > 0) {
    // Where the alias moved, AWS provides it for the new version.
    await waitForProvisioned({ FunctionName: functionName, Qualifier: alias }, lambda, signal);
  }
  return applied;
}

async function applyRelease(
  steps: readonly Step[],
  desired: Desired,
  remote: Remote,
  ports: ApplyPorts,
): Promise<Applied> {
  const { lambda, signal, smokeTests } = ports;
  const { functionName, alias } = desired;
  const place = { functionName, alias };
  const publishing = steps.findIndex(({ call }) => call === "PublishVersion");
  const [first, rest] =
    publishing === -1 ? [steps, []] : [steps.slice(0, publishing), steps.slice(publishing + 1)];
  const before = publishing === -1 ? undefined : await clearWeights(desired, remote, ports);
  const latest = await bringLatest(first, desired, remote.latest, ports);
  signal.throwIfAborted();
  if (publishing === -1) return stay(remote);
  const { version } = await publishVersion(
    functionName,
    latest,
    describeVersion(desired, ownDescription(desired, latest)),
    (made) => isCodeWritten(desired, made),
    lambda,
    signal,
  );
  ports.onStep({ kind: "version", version });
  if (rest.some(({ call }) => call === "UpdateFunctionConfiguration")) {
    const published = versionOf(await readSettled(lambda, functionName, signal));
    if (!isSameContent(published, latest)) throw conflictOf(functionName);
    await bringLatest(rest, desired, published, ports);
  }
  signal.throwIfAborted();
  await runSmokeTests(smokeTests, { functionName, version }, desired.configuration, lambda, signal);
  if (smokeTests.length > 0) ports.onStep({ kind: "smoke", passed: smokeTests.length });
  signal.throwIfAborted();
  const from = before?.version ?? null;
  const isMoved = from === version;
  const description = describeMove(before?.description ?? "", from ?? version, version);
  if (ports.canary !== undefined && before !== undefined && !isMoved) {
    await runCanary(ports.canary, version, place, before, description, ports.canaryPorts, lambda);
  } else if (!isMoved) {
    await moveAlias({ ...place, version, weights: {}, description }, before, lambda, signal);
  }
  ports.onStep({ kind: "alias", from, to: version });
  return { version, previousVersion: from };
}

function stay({ live }: Remote): Applied {
  return { version: live?.version ?? null, previousVersion: live?.version ?? null };
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
  seen: RemoteVersion | undefined,
  ports: ApplyPorts,
): Promise<RemoteVersion> {
  const { lambda, signal } = ports;
  let latest = seen;
  for (const { call, input } of steps) {
    signal.throwIfAborted();
    if (call === "CreateFunction") {
      const { members, uploaded } = await ports.sendCode();
      const isOurs = (version: RemoteVersion, answer: RemoteVersion | undefined): boolean =>
        isCodeWritten(desired, version) && isConfigurationWritten(desired, version, answer);
      latest = await createFunction({ ...input, Code: members }, isOurs, lambda, ports.onWait, signal);
      ports.onStep({ kind: "code", uploaded });
    } else if (call === "UpdateFunctionCode") {
      const { members, uploaded } = await ports.sendCode();
      const isDone: LatestWrite["isDone"] = (version) => isCodeWritten(desired, version);
      latest = await writeLatest({ call, input: { ...input, ...members }, isDone }, latest!, lambda, signal);
      ports.onStep({ kind: "code", uploaded });
    } else if (call === "UpdateFunctionConfiguration") {
      const wished = {
        ...desired,
        configuration: { ...desired.configuration, ...selectConfiguration(input) },
      };
      const isDone: LatestWrite["isDone"] = (version, answer) =>
        isCodeWritten(desired, version) && isConfigurationWritten(wished, version, answer);
      latest = await writeLatest({ call, input, isDone }, latest!, lambda, signal);
      ports.onStep({ kind: "configuration" });
    }
  }
  return latest!;
}
