import { BrigError } from "../errors.ts";
import { diffExpectation, renderDifferences } from "../local/events/expectation.ts";
import { AwsError } from "./aws/aws-error.ts";
import { hideValues } from "./aws/hide-values.ts";
import type { LambdaCalls } from "./aws/lambda-calls.ts";
import type { Members } from "./members.ts";

/** An event that a new version must answer before an alias moves to it. */
export interface SmokeTest {
  /** `smoke`, `smoke-empty-cart`: `events/NAME.json`. */
  readonly name: string;
  readonly event: Buffer;
  /** What `events/NAME.expect.json` says, where there is one. */
  readonly expectation?: unknown;
}

interface InvokeAnswer {
  readonly FunctionError?: string;
  readonly Payload?: Uint8Array;
}

/**
 * Invokes a version once for each smoke test; none is ever repeated.
 *
 * @param configuration of the function: values of its environment do not appear in errors
 * @throws BrigError `smoke-failed`, naming the event; `access-denied`
 */
export async function runSmokeTests(
  tests: readonly SmokeTest[],
  place: { readonly functionName: string; readonly version: string },
  configuration: Members,
  lambda: LambdaCalls,
  signal: AbortSignal,
): Promise<void> {
  for (const test of tests) {
    const problem = await runSmokeTest(test, place, lambda, signal);
    if (problem === undefined) continue;
    const { functionName, version } = place;
    const text = hideValues(problem, { Environment: configuration["Environment"] });
    throw new BrigError(
      "smoke-failed",
      `version ${version} of ${functionName} fails its smoke test events/${test.name}.json: ${text}`,
      `see its logs: aws logs tail /aws/lambda/${functionName}`,
    );
  }
}

/** @returns what is wrong with the answer; `undefined`: nothing */
async function runSmokeTest(
  { event, expectation }: SmokeTest,
  { functionName, version }: { readonly functionName: string; readonly version: string },
  lambda: LambdaCalls,
  signal: AbortSignal,
): Promise<string | undefined> {
  let answer: InvokeAnswer;
  try {
    answer = await lambda.call<InvokeAnswer>(
      "Invoke",
      { FunctionName: functionName, Qualifier: version, Payload: event },
      signal,
    );
  } catch (fault) {
    signal.throwIfAborted();
    if (fault instanceof AwsError || (fault instanceof BrigError && fault.code === "throttled")) {
      return `no answer: ${fault.message}`;
    }
    throw fault;
  }
  const payload = Buffer.from(answer.Payload ?? new Uint8Array());
  const functionError = answer.FunctionError ?? null;
  if (expectation !== undefined) {
    const differences = diffExpectation({ payload, functionError }, expectation);
    return differences.length === 0 ? undefined : renderDifferences(differences).trimEnd();
  }
  return functionError === null ? undefined : `${functionError}: ${payload.toString("utf8").slice(0, 1000)}`;
}
