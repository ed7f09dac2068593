import { AwsError } from "./aws/aws-error.ts";
import type { LambdaCalls } from "./aws/lambda-calls.ts";
import type { RemoteVersion } from "./desired.ts";
import type { Members } from "./members.ts";
import { versionOf } from "./read-remote.ts";
import { readSettled, refuseFailed, waitForUpdate } from "./wait.ts";
import { conflictOf, isSameContent } from "./write-latest.ts";

const mostAttempts = 5;

/**
 * Makes a version of `$LATEST` as it was seen, and waits until it can be called. CodeSha256 and RevisionId keep out what somebody
 * else put there. AWS gives back the version that there is when nothing changed since, so a call whose answer was lost is
 * sent again.
 *
 * @param description brig's record; `undefined`: the function's own
 * @param isOurs whether the version has what was wished
 * @throws BrigError `conflict`, `aws-failed` with AWS's reason
 */
export async function publishVersion(
  functionName: string,
  seen: RemoteVersion,
  description: string | undefined,
  isOurs: (version: RemoteVersion) => boolean,
  lambda: LambdaCalls,
  signal: AbortSignal,
): Promise<RemoteVersion> {
  let before = seen;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await lambda.call<Members>(
        "PublishVersion",
        {
          FunctionName: functionName,
          CodeSha256: seen.codeSha256,
          RevisionId: before.revisionId,
          ...(description !== undefined && { Description: description }),
        },
        signal,
      );
      const number = answer["Version"] as string;
      const settled = versionOf(await waitForUpdate(answer, lambda, functionName, number, signal));
      refuseFailed(settled.configuration, `version ${number} of ${functionName}`);
      if (!isOurs(settled)) throw conflictOf(functionName);
      return settled;
    } catch (fault) {
      if (!(fault instanceof AwsError)) throw fault;
      const isOpen = fault.name === "ConnectionLost" || fault.statusCode === 409 || fault.statusCode === 412;
      // AWS answers a CodeSha256 that is no longer the function's with 400.
      if (!isOpen && !/CodeSha256/i.test(fault.message)) throw fault;
      const after = versionOf(await readSettled(lambda, functionName, signal));
      if (!isSameContent(after, before)) throw conflictOf(functionName, fault);
      if (attempt === mostAttempts) throw fault;
      before = after;
    }
  }
}
