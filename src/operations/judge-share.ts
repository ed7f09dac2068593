import type { Context } from "../context.ts";
import { judgeErrors, readVersionCalls } from "../deploy/canary-errors.ts";
import { runSmokeTests } from "../deploy/smoke.ts";
import { BrigError } from "../errors.ts";
import type { PlannedFunction } from "./plan-deploy.ts";

/**
 * Judges a new version at the end of its share: by its errors in CloudWatch, then by the smoke tests once more.
 *
 * @returns why it is worse; `undefined`: it is not
 * @throws BrigError `access-denied`, `aws-failed` when neither can tell
 */
export async function judgeShare(
  { of, session, desired, remote, smokeTests }: PlannedFunction,
  version: string,
  since: Date,
  context: Context,
): Promise<string | undefined> {
  const { functionName, alias, configuration } = desired;
  try {
    const versions = [version, remote.live!.version];
    const client = await session.metrics();
    const [next, before] = await readVersionCalls(
      client,
      { functionName, alias },
      versions,
      since,
      context.now(),
    );
    const worse = judgeErrors(next!, before!);
    if (worse !== undefined) return worse;
  } catch (fault) {
    context.signal.throwIfAborted();
    const reason = fault instanceof Error ? fault.name : String(fault);
    if (smokeTests.length === 0) {
      const isDenied = /AccessDenied/.test(reason);
      const why = isDenied
        ? "AWS does not allow cloudwatch:GetMetricData"
        : `CloudWatch cannot be asked for errors (${reason})`;
      throw new BrigError(
        isDenied ? "access-denied" : "aws-failed",
        `${why}, and without smoke tests nothing else tells how version ${version} does`,
        `${isDenied ? "allow cloudwatch:GetMetricData, or " : ""}write events/smoke.json`,
        { cause: fault },
      );
    }
    const text = `CloudWatch cannot be asked for errors (${reason}): the smoke tests judge alone`;
    context.report({ kind: "note", subject: of.folder.name, text });
  }
  try {
    const { signal } = context;
    await runSmokeTests(smokeTests, { functionName, version }, configuration, session.lambda, signal);
  } catch (fault) {
    if (fault instanceof BrigError && fault.code === "smoke-failed") return fault.message;
    throw fault;
  }
  return undefined;
}
