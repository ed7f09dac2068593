import { setTimeout as sleep } from "node:timers/promises";
import { BrigError } from "../errors.ts";
import type { LambdaCalls } from "./aws/lambda-calls.ts";
import { renderReason } from "./failure-reason.ts";
import type { Members } from "./members.ts";

/** Milliseconds: the first look comes soon, later ones each second, as those of AWS's own waiters (GetFunction, 300 times). */
const firstPause = 100;
const longestPause = 1000;
const mostLooks = 300;
/** PublishedVersionActive of AWS's waiters waits for 26 minutes: SnapStart makes a snapshot. */
const mostLooksAtVersion = 1600;

/**
 * Waits until nothing is under way: no Pending state, no update in progress.
 *
 * @param configuration as it was last seen
 * @param qualifier a version; `undefined` is `$LATEST`
 * @returns the configuration then, with the RevisionId that holds from now on
 * @throws BrigError `aws-failed` with AWS's reason when it failed, or takes too long
 */
export async function waitForUpdate(
  configuration: Members,
  lambda: LambdaCalls,
  functionName: string,
  qualifier: string | undefined,
  signal: AbortSignal,
): Promise<Members> {
  let seen = configuration;
  const most = qualifier === undefined ? mostLooks : mostLooksAtVersion;
  for (let look = 0; isUnderWay(seen); look += 1) {
    if (look === most) {
      throw new BrigError(
        "aws-failed",
        `${functionName} is ${phaseOf(seen)} for too long: brig does not wait any longer`,
        "run the same command again: it goes on from there",
      );
    }
    await sleep(Math.min(longestPause, firstPause * 2 ** look), undefined, { signal });
    seen = await readOnce(lambda, functionName, qualifier, signal);
  }
  return seen;
}

async function readOnce(
  lambda: LambdaCalls,
  functionName: string,
  qualifier: string | undefined,
  signal: AbortSignal,
): Promise<Members> {
  const input = { FunctionName: functionName, ...(qualifier !== undefined && { Qualifier: qualifier }) };
  const answer = await lambda.call<{ readonly Configuration: Members }>("GetFunction", input, signal);
  return answer.Configuration;
}

/** @throws BrigError `aws-failed` with AWS's reason */
export function refuseFailed(configuration: Members, what: string): void {
  const reason = renderReason(configuration);
  if (reason !== undefined) throw new BrigError("aws-failed", `${what} failed: ${reason.text}`, reason.hint);
}

/** Reads `$LATEST`, waiting for what is under way. */
export async function readSettled(
  lambda: LambdaCalls,
  functionName: string,
  signal: AbortSignal,
): Promise<Members> {
  const seen = await readOnce(lambda, functionName, undefined, signal);
  return await waitForUpdate(seen, lambda, functionName, undefined, signal);
}

function isUnderWay(configuration: Members): boolean {
  return configuration["State"] === "Pending" || configuration["LastUpdateStatus"] === "InProgress";
}

function phaseOf(configuration: Members): string {
  return configuration["State"] === "Pending" ? "Pending" : "being updated";
}
