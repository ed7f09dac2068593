import { type AwsFault, notFound, preconditionFailed } from "../aws-fault.ts";
import type { AliasRecord, FunctionRecord, VersionRecord } from "../state/function-record.ts";
import { functionArn, parseReference, qualifiedArn } from "../state/function-reference.ts";
import { keyOf } from "../state/local-state.ts";
import type { Call } from "./call.ts";

export interface Found {
  readonly record: FunctionRecord;
  readonly qualifier: string | undefined;
}

/** @throws AwsFault ResourceNotFoundException, see also `parseReference` */
export function findFunction(
  reference: string | undefined,
  qualifier: string | undefined,
  call: Call,
  fault: (arn: string) => AwsFault = functionNotFound,
): Found {
  const parsed = parseReference(reference ?? "", qualifier, call);
  const record = call.world.state.functions.get(keyOf(call.region, parsed.name));
  if (record === undefined) throw fault(functionArn(call.region, call.account, parsed.name));
  return { record, qualifier: parsed.qualifier };
}

export function functionNotFound(arn: string): AwsFault {
  return notFound(`Function not found: ${arn}`);
}

/** The version that a qualifier stands for; an alias's main one. @throws AwsFault ResourceNotFoundException */
export function findVersion(record: FunctionRecord, qualifier: string | undefined): VersionRecord {
  const version = lookUpVersion(record, qualifier);
  if (version === undefined) throw functionNotFound(qualifiedArn(record.arn, qualifier));
  return version;
}

export function lookUpVersion(
  record: FunctionRecord,
  qualifier: string | undefined,
): VersionRecord | undefined {
  if (qualifier === undefined || qualifier === "$LATEST") return record.latest;
  const alias = record.aliases.get(qualifier);
  if (alias === undefined) return record.versions.get(qualifier);
  return alias.functionVersion === "$LATEST" ? record.latest : record.versions.get(alias.functionVersion);
}

/** @throws AwsFault ResourceNotFoundException */
export function findAlias(record: FunctionRecord, name: string | undefined, word: string): AliasRecord {
  const alias = record.aliases.get(name ?? "");
  if (alias === undefined) throw notFound(`${word}: ${qualifiedArn(record.arn, name)}`);
  return alias;
}

/** @throws AwsFault PreconditionFailedException when a revision is asked for that is not the present one */
export function checkRevision(
  asked: string | undefined,
  present: string | undefined,
  getOperation = "GetFunction/GetAlias",
): void {
  if (asked !== undefined && asked !== present) throw preconditionFailed(getOperation);
}
