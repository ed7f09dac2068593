import { isDeepStrictEqual } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { BrigError } from "../errors.ts";
import { AwsError } from "./aws/aws-error.ts";
import type { LambdaCalls } from "./aws/lambda-calls.ts";
import type { RemoteVersion } from "./desired.ts";
import type { Members } from "./members.ts";
import { versionOf } from "./read-remote.ts";
import { readSettled, refuseFailed } from "./wait.ts";

/** How often a write is sent that met another update, or of which no answer came. */
const mostAttempts = 5;

/** A write to `$LATEST`, and how to see that it is done. */
export interface LatestWrite {
  readonly call: string;
  readonly input: Members;
  /** @param answer AWS's answer to the write; `undefined` where none came */
  readonly isDone: (version: RemoteVersion, answer: RemoteVersion | undefined) => boolean;
}

/**
 * Changes code or configuration of `$LATEST` as it was seen, waits until AWS is done with it, and looks whether it is then
 * what was written. The RevisionId guards the write; where no answer came, AWS is asked what became of it.
 *
 * @param seen `$LATEST` as the plan knows it
 * @returns `$LATEST` after it, with the RevisionId that guards the next write
 * @throws BrigError `conflict` when somebody else changed the function, `aws-failed` with AWS's reason
 */
export async function writeLatest(
  write: LatestWrite,
  seen: RemoteVersion,
  lambda: LambdaCalls,
  signal: AbortSignal,
): Promise<RemoteVersion> {
  const functionName = write.input["FunctionName"] as string;
  let before = seen;
  for (let attempt = 1; ; attempt += 1) {
    const sent = await send(write.call, { ...write.input, RevisionId: before.revisionId }, lambda, signal);
    const fault = sent instanceof AwsError ? sent : undefined;
    const after = versionOf(await readSettled(lambda, functionName, signal));
    if (fault === undefined || fault.name === "ConnectionLost") {
      const isUntouched = fault !== undefined && after.revisionId === before.revisionId;
      if (!isUntouched) {
        refuseFailed(after.configuration, `${write.call} of ${functionName}`);
        if (write.isDone(after, sent instanceof AwsError ? undefined : versionOf(sent))) return after;
        throw conflictOf(functionName, fault);
      }
    } else if (!isSameContent(after, before)) {
      throw conflictOf(functionName, fault);
    }
    if (attempt === mostAttempts) throw fault;
    // As it was: what was in the way is over, or the write never came to AWS.
    before = after;
    await sleep(100 * attempt, undefined, { signal });
  }
}

/** @returns AWS's answer, or why it is not certain that AWS did it: 409, 412, or no answer at all */
async function send(
  call: string,
  input: Members,
  lambda: LambdaCalls,
  signal: AbortSignal,
): Promise<Members | AwsError> {
  try {
    return await lambda.call<Members>(call, input, signal);
  } catch (fault) {
    if (!(fault instanceof AwsError)) throw fault;
    const { name, statusCode } = fault;
    if (name === "ConnectionLost" || statusCode === 409 || statusCode === 412) return fault;
    throw fault;
  }
}

const passing: ReadonlySet<string> = new Set([
  "RevisionId",
  "LastModified",
  "LastUpdateStatus",
  "LastUpdateStatusReason",
  "LastUpdateStatusReasonCode",
  "State",
  "StateReason",
  "StateReasonCode",
]);

/** Whether code and settings are the same: then nobody's change would be overwritten. */
export function isSameContent(one: RemoteVersion, other: RemoteVersion): boolean {
  return isDeepStrictEqual(contentOf(one), contentOf(other));
}

function contentOf({ configuration }: RemoteVersion): Members {
  return Object.fromEntries(Object.entries(configuration).filter(([name]) => !passing.has(name)));
}

/** @param cause AWS's refusal, where there was one */
export function conflictOf(functionName: string, cause?: unknown): BrigError {
  return new BrigError(
    "conflict",
    `somebody else changed ${functionName} on AWS while brig deployed it`,
    "look at what is there now, and deploy again: brig deploy --dry-run",
    { cause },
  );
}
