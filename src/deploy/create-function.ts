import { setTimeout as sleep } from "node:timers/promises";
import { BrigError } from "../errors.ts";
import { AwsError, isNotFound } from "./aws/aws-error.ts";
import type { LambdaCalls } from "./aws/lambda-calls.ts";
import type { RemoteVersion } from "./desired.ts";
import type { Members } from "./members.ts";
import { versionOf } from "./read-remote.ts";
import { readSettled, refuseFailed } from "./wait.ts";
import { conflictOf } from "./write-latest.ts";

/**
 * AWS's words for a role, or permissions of it, that it does not see yet: IAM takes seconds to tell all of AWS what was just
 * made.
 */
const notYet = /cannot be assumed by Lambda|execution role does not have permissions|KMS key is invalid/i;
/** Milliseconds: IAM is seldom slower than half a minute. */
const patience = 60_000;
/** How often it is sent where no answer came, or AWS says that it is there and then that it is not: one that is being deleted. */
const mostOpen = 5;

/**
 * Creates a function and waits until it is active. A role that was made a moment ago is waited for.
 *
 * @param isOurs whether a function that is there is the one that was asked for; without AWS's answer to compare it with where that
 * was lost
 * @throws AwsError where it still is not known after several attempts what became of it
 * @throws BrigError `conflict` when somebody else made it meanwhile, `config-invalid` for a role that cannot be assumed,
 * `aws-failed` with AWS's reason
 */
export async function createFunction(
  input: Members,
  isOurs: (version: RemoteVersion, answer: RemoteVersion | undefined) => boolean,
  lambda: LambdaCalls,
  onWait: (text: string) => void,
  signal: AbortSignal,
): Promise<RemoteVersion> {
  const functionName = input["FunctionName"] as string;
  const began = performance.now();
  let open = 0;
  let answer: RemoteVersion | undefined;
  for (let attempt = 0; ; attempt += 1) {
    try {
      answer = versionOf(await lambda.call<Members>("CreateFunction", input, signal));
      break;
    } catch (fault) {
      if (!(fault instanceof AwsError)) throw fault;
      if (fault.name === "ConnectionLost" || fault.statusCode === 409) {
        const there = await find(lambda, functionName, signal);
        if (there !== undefined && isOurs(there, undefined)) break;
        if (there !== undefined) throw conflictOf(functionName, fault);
        open += 1;
        if (open === mostOpen) throw fault;
        await sleep(500 * open, undefined, { signal });
        continue;
      }
      if (!notYet.test(fault.message)) throw fault;
      if (performance.now() - began > patience) throw roleFault(input, fault);
      if (attempt === 0) onWait(`waiting until Lambda can assume ${String(input["Role"])}`);
      await sleep(Math.min(5000, 500 * 2 ** attempt), undefined, { signal });
    }
  }
  const created = versionOf(await readSettled(lambda, functionName, signal));
  refuseFailed(created.configuration, `CreateFunction of ${functionName}`);
  if (!isOurs(created, answer)) throw conflictOf(functionName);
  return created;
}

async function find(
  lambda: LambdaCalls,
  functionName: string,
  signal: AbortSignal,
): Promise<RemoteVersion | undefined> {
  try {
    return versionOf(await readSettled(lambda, functionName, signal));
  } catch (fault) {
    if (isNotFound(fault)) return undefined;
    throw fault;
  }
}

function roleFault(input: Members, cause: AwsError): BrigError {
  const role = String(input["Role"]);
  return new BrigError(
    "config-invalid",
    `Lambda cannot assume the role ${role}: ${cause.message}`,
    `let lambda.amazonaws.com assume it: aws iam get-role --role-name ${role.slice(role.lastIndexOf("/") + 1)}`,
    { cause },
  );
}
