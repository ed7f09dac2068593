import { lookUpVersion, functionNotFound } from "./api/find-function.ts";
import type { Directory, EventInvokeSettings, FunctionUrl, InvokeTarget } from "./directory.ts";
import { notFound } from "./aws-fault.ts";
import type { AliasRecord, FunctionRecord } from "./state/function-record.ts";
import { functionArn, parseReference, qualifiedArn } from "./state/function-reference.ts";
import { type LocalState, keyOf } from "./state/local-state.ts";

/** @param random 0 to 1: which version of a weighted alias is invoked */
export function createDirectory(state: LocalState, random: () => number): Directory {
  const find = (reference: string, qualifier: string | null | undefined, region: string): Target => {
    const place = { region, account: state.account };
    const parsed = parseReference(reference, qualifier, place);
    return { ...parsed, record: state.functions.get(keyOf(region, parsed.name)), region };
  };
  return {
    resolveTarget: (reference, qualifier, region) => {
      const target = find(reference, qualifier, region);
      const { record } = target;
      // AWS names $LATEST here where reading a function does not.
      const named = target.qualifier ?? "$LATEST";
      if (record === undefined)
        throw functionNotFound(qualifiedArn(functionArn(region, state.account, target.name), named));
      const version = lookUpVersion(record, chooseVersion(record, target.qualifier, random));
      if (version === undefined) throw functionNotFound(qualifiedArn(record.arn, named));
      return {
        version: version.runnable,
        invokedArn: qualifiedArn(record.arn, target.qualifier),
        qualifier: target.qualifier,
      };
    },
    eventInvokeConfig: (target) => eventInvokeSettings(state, target),
    findFunctionUrl: (urlId) => {
      const place = state.urls.get(urlId);
      return place === undefined ? undefined : describeUrl(place.record, place.qualifier);
    },
  };
}

interface Target {
  readonly name: string;
  readonly qualifier: string | undefined;
  readonly record: FunctionRecord | undefined;
  readonly region: string;
}

function chooseVersion(
  record: FunctionRecord,
  qualifier: string | undefined,
  random: () => number,
): string | undefined {
  const alias = qualifier === undefined ? undefined : record.aliases.get(qualifier);
  return alias === undefined ? qualifier : selectVersion(alias, random());
}

/** The version of an alias for a number from 0 to 1: additional versions have the lowest numbers. */
export function selectVersion(
  alias: Pick<AliasRecord, "functionVersion" | "weights">,
  chance: number,
): string {
  let below = 0;
  for (const [version, weight] of Object.entries(alias.weights)) {
    below += weight;
    if (chance < below) return version;
  }
  return alias.functionVersion;
}

function eventInvokeSettings(state: LocalState, target: InvokeTarget): EventInvokeSettings {
  const { region, functionName } = target.version;
  const record = state.functions.get(keyOf(region, functionName));
  const config = record?.eventInvoke.get(target.qualifier ?? "$LATEST");
  return {
    maximumRetryAttempts: config?.maximumRetryAttempts ?? 2,
    maximumEventAge: config?.maximumEventAge ?? 21_600,
    onSuccess: config?.onSuccess,
    onFailure: config?.onFailure,
  };
}

function describeUrl(record: FunctionRecord, qualifier: string): FunctionUrl {
  const url = record.urls.get(qualifier);
  if (url === undefined) throw notFound("The resource you requested does not exist.");
  return {
    urlId: url.urlId,
    functionArn: record.arn,
    functionName: record.name,
    qualifier: url.qualifier,
    region: record.region,
    authType: url.authType,
    invokeMode: url.invokeMode ?? "BUFFERED",
    cors: url.cors,
  };
}
