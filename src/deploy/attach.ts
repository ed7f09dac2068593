import { setTimeout as sleep } from "node:timers/promises";
import { BrigError } from "../errors.ts";
import { AwsError, isNotFound } from "./aws/aws-error.ts";
import type { LambdaCalls } from "./aws/lambda-calls.ts";
import type { RemotePolicy } from "./desired.ts";
import type { Members } from "./members.ts";
import { unqualified } from "./plan-permissions.ts";
import { readPolicy } from "./read-policy.ts";
import type { Step } from "./step.ts";
import { conflictOf } from "./write-latest.ts";

/** Milliseconds between looks at provisioned concurrency, which AWS's waiters do not know. */
const pause = 1000;
const mostLooks = 900;
const mostAttempts = 5;

/**
 * Does what stands beside the configuration: tags, concurrency, URL, permissions.
 *
 * @param policies as they were planned with; each write of a permission is guarded by its policy's RevisionId
 * @throws BrigError `conflict`, `aws-failed`, …
 */
export async function attach(
  steps: readonly Step[],
  functionName: string,
  policies: ReadonlyMap<string, RemotePolicy>,
  lambda: LambdaCalls,
  signal: AbortSignal,
): Promise<void> {
  const revisions = new Map([...policies].map(([place, { revisionId }]) => [place, revisionId]));
  for (const step of steps) {
    if (step.call.endsWith("Permission")) {
      await writePermission(step, functionName, revisions, lambda, signal);
    } else {
      await write(step, lambda, signal);
    }
    if (step.call === "PutProvisionedConcurrencyConfig") await waitForProvisioned(step.input, lambda, signal);
  }
}

async function writePermission(
  { call, input }: Step,
  functionName: string,
  revisions: Map<string, string>,
  lambda: LambdaCalls,
  signal: AbortSignal,
): Promise<void> {
  const place = (input["Qualifier"] as string | undefined) ?? unqualified;
  let revision = revisions.get(place);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await lambda.call(call, { ...input, ...(revision !== undefined && { RevisionId: revision }) }, signal);
      break;
    } catch (fault) {
      if (!(fault instanceof AwsError)) throw fault;
      if (fault.statusCode === 412) throw conflictOf(functionName, fault);
      const isGone = call === "RemovePermission" && isNotFound(fault);
      if (fault.name !== "ConnectionLost" && fault.statusCode !== 409 && !isGone) throw fault;
      const policy = await readPolicy(lambda, functionName, place);
      const statements = policy?.statements ?? [];
      const isThere = statements.some((statement) => statement["Sid"] === input["StatementId"]);
      // Added, or gone: by the call whose answer was lost.
      if (isThere === (call === "AddPermission")) break;
      if (attempt === mostAttempts) throw fault;
      revision = policy?.revisionId;
      await sleep(200 * attempt, undefined, { signal });
    }
  }
  const after = await readPolicy(lambda, functionName, place);
  if (after === undefined) revisions.delete(place);
  else revisions.set(place, after.revisionId);
}

async function write({ call, input }: Step, lambda: LambdaCalls, signal: AbortSignal): Promise<void> {
  let isLost = false;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await lambda.call(call, input, signal);
      return;
    } catch (fault) {
      if (!(fault instanceof AwsError)) throw fault;
      // Made by the call whose answer was lost; else somebody else made it.
      if (isLost && call.startsWith("Create") && fault.statusCode === 409) return;
      if (call.startsWith("Delete") && isNotFound(fault)) return;
      const isOpen = fault.name === "ConnectionLost" || fault.statusCode === 409;
      if (!isOpen || attempt === mostAttempts) throw fault;
      isLost ||= fault.name === "ConnectionLost";
      await sleep(200 * attempt, undefined, { signal });
    }
  }
}

/** Provisioned concurrency is there when it is READY (API reference, GetProvisionedConcurrencyConfig). */
export async function waitForProvisioned(
  input: Members,
  lambda: LambdaCalls,
  signal: AbortSignal,
): Promise<void> {
  const { FunctionName, Qualifier } = input;
  for (let look = 0; look < mostLooks; look += 1) {
    const answer = await lambda.call<Members>(
      "GetProvisionedConcurrencyConfig",
      { FunctionName, Qualifier },
      signal,
    );
    if (answer["Status"] === "READY") return;
    if (answer["Status"] === "FAILED") {
      throw new BrigError(
        "aws-failed",
        `provisioned concurrency of ${String(FunctionName)} failed: ${String(answer["StatusReason"])}`,
        "ask for less: function: {ProvisionedConcurrentExecutions: 1}",
      );
    }
    await sleep(pause, undefined, { signal });
  }
  throw new BrigError(
    "aws-failed",
    `provisioned concurrency of ${String(FunctionName)} is not there after 15 minutes: brig does not wait any longer`,
    `aws lambda get-provisioned-concurrency-config --function-name ${String(FunctionName)} --qualifier ${String(Qualifier)}`,
  );
}
