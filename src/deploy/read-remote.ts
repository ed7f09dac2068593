import { BrigError } from "../errors.ts";
import { isNotFound } from "./aws/aws-error.ts";
import type { LambdaCalls } from "./aws/lambda-calls.ts";
import { type Desired, noRemote, type Remote, type RemoteAlias, type RemoteVersion } from "./desired.ts";
import type { Members } from "./members.ts";
import { variablesOf } from "./plan-environment.ts";
import { permissionsOfUrl, qualifierOf, unqualified } from "./plan-permissions.ts";
import { readPolicy } from "./read-policy.ts";
import { parseVersionRecord } from "./record.ts";
import { waitForUpdate } from "./wait.ts";

interface FunctionAnswer {
  readonly Configuration: Members;
  readonly Tags?: Readonly<Record<string, string>>;
  readonly TagsError?: { readonly ErrorCode?: string; readonly Message?: string };
  readonly Concurrency?: { readonly ReservedConcurrentExecutions?: number };
  readonly Code?: { readonly Location?: string };
}

/**
 * What AWS says of a function: two calls of GetFunction, one more for each setting with calls of its own that a brig.yaml
 * mentions. An update that is under way is waited for.
 *
 * @throws AwsError, BrigError `access-denied`, `throttled`, …; `aws-failed` when the function is in a failed state
 */
export async function readRemote(
  desired: Pick<
    Desired,
    | "functionName"
    | "alias"
    | "tags"
    | "url"
    | "permissions"
    | "provisionedConcurrency"
    | "eventInvoke"
    | "codeSigning"
  >,
  lambda: LambdaCalls,
  signal: AbortSignal,
): Promise<Remote> {
  const { functionName, alias } = desired;
  const [answer, live] = await Promise.all([
    orUndefined(getFunction(lambda, functionName)),
    orUndefined(getFunction(lambda, functionName, alias)),
  ]);
  if (answer === undefined) return noRemote;
  if (desired.tags !== undefined) refuseHiddenTags(answer);
  const place = (qualifier: string): Members => ({
    FunctionName: functionName,
    ...(qualifier !== unqualified && { Qualifier: qualifier }),
  });
  const read = async (wished: unknown, operation: string, input: Members): Promise<Members | undefined> =>
    wished === undefined ? undefined : await orUndefined(lambda.call<Members>(operation, input));
  const [url, eventInvoke, provisioned, codeSigning, ...policies] = await Promise.all([
    read(desired.url, "GetFunctionUrlConfig", place(qualifierOf(desired.url ?? {}, alias))),
    read(
      desired.eventInvoke,
      "GetFunctionEventInvokeConfig",
      place(qualifierOf(desired.eventInvoke ?? {}, alias)),
    ),
    // An alias that is not there has none, and AWS would say that it is the function that is missing.
    read(
      live === undefined ? undefined : desired.provisionedConcurrency,
      "GetProvisionedConcurrencyConfig",
      place(alias),
    ),
    read(desired.codeSigning, "GetFunctionCodeSigningConfig", { FunctionName: functionName }),
    ...policyPlaces(desired).map(
      async (qualifier) => [qualifier, await readPolicy(lambda, functionName, qualifier)] as const,
    ),
  ]);
  const settled = await waitForUpdate(answer.Configuration, lambda, functionName, undefined, signal);
  return {
    latest: versionOf(settled),
    live: live === undefined ? undefined : versionOf(live.Configuration),
    tags: answer.Tags ?? {},
    reservedConcurrency: answer.Concurrency?.ReservedConcurrentExecutions,
    alias: undefined,
    url,
    policies: new Map(policies.flatMap(([qualifier, policy]) => (policy ? [[qualifier, policy]] : []))),
    provisionedConcurrency: provisioned?.["RequestedProvisionedConcurrentExecutions"] as number | undefined,
    provisioningFailed: provisioned?.["Status"] === "FAILED",
    eventInvoke,
    codeSigning: codeSigning?.["CodeSigningConfigArn"] as string | undefined,
    placedByBrig: new Set(),
  };
}

/** To whom may not list tags GetFunction tells none: they would look as if they had to be set, and none would ever leave. */
function refuseHiddenTags({ TagsError: fault }: FunctionAnswer): void {
  if (fault === undefined) return;
  throw new BrigError(
    "access-denied",
    `AWS does not allow lambda:ListTags: ${fault.Message ?? fault.ErrorCode ?? "it gives no reason"}`,
    "allow lambda:ListTags, which tags in brig.yaml need, or use other credentials",
  );
}

/** The policies that permissions of a brig.yaml, or of its URL, stand in. */
function policyPlaces({ permissions, url, alias }: Pick<Desired, "permissions" | "url" | "alias">): string[] {
  const all = [...(permissions ?? []), ...permissionsOfUrl(url, alias)];
  return [...new Set([...all.map((each) => qualifierOf(each, alias)), ...(permissions ? [alias] : [])])];
}

export async function getFunction(
  lambda: LambdaCalls,
  functionName: string,
  qualifier?: string,
  signal?: AbortSignal,
): Promise<FunctionAnswer> {
  const input = { FunctionName: functionName, ...(qualifier !== undefined && { Qualifier: qualifier }) };
  return await lambda.call<FunctionAnswer>("GetFunction", input, signal);
}

/** `undefined`: there is no such alias. */
export async function readAlias(
  lambda: LambdaCalls,
  functionName: string,
  alias: string,
  signal?: AbortSignal,
): Promise<RemoteAlias | undefined> {
  const answer = await orUndefined(
    lambda.call<Members>("GetAlias", { FunctionName: functionName, Name: alias }, signal),
  );
  return answer === undefined ? undefined : aliasOf(answer);
}

/** An alias as GetAlias, CreateAlias and UpdateAlias answer it. */
export function aliasOf(answer: Members): RemoteAlias {
  const routing = answer["RoutingConfig"] as
    | { readonly AdditionalVersionWeights?: Readonly<Record<string, number>> }
    | undefined;
  return {
    version: String(answer["FunctionVersion"]),
    revisionId: String(answer["RevisionId"]),
    description: (answer["Description"] as string | undefined) ?? "",
    weights: routing?.AdditionalVersionWeights ?? {},
  };
}

export function versionOf(configuration: Members): RemoteVersion {
  return {
    version: configuration["Version"] as string,
    revisionId: configuration["RevisionId"] as string,
    codeSha256: configuration["CodeSha256"] as string,
    description: (configuration["Description"] as string | undefined) ?? "",
    configuration,
  };
}

/**
 * Names of variables that the newest version with brig's record has: of a deployment whose smoke test failed, which the alias
 * never took. Only asked for where `$LATEST` has variables that nothing else explains.
 */
export async function readPlacedByBrig(
  lambda: LambdaCalls,
  functionName: string,
): Promise<ReadonlySet<string>> {
  let newest: { readonly number: number; readonly configuration: Members } | undefined;
  let marker: string | undefined;
  do {
    const page: { readonly Versions?: readonly Members[]; readonly NextMarker?: string } = await lambda.call(
      "ListVersionsByFunction",
      { FunctionName: functionName, ...(marker !== undefined && { Marker: marker }) },
    );
    for (const configuration of page.Versions ?? []) {
      const number = Number(configuration["Version"]);
      const isByBrig = parseVersionRecord(configuration["Description"] as string | undefined) !== undefined;
      if (isByBrig && number > (newest?.number ?? 0)) newest = { number, configuration };
    }
    marker = page.NextMarker;
  } while (marker);
  return new Set(newest === undefined ? [] : Object.keys(variablesOf(newest.configuration)));
}

export async function orUndefined<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (fault) {
    if (isNotFound(fault)) return undefined;
    throw fault;
  }
}
