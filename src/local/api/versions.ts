import type { ListVersionsByFunctionRequest, PublishVersionRequest } from "@aws-sdk/client-lambda";
import { randomUUID } from "node:crypto";
import { invalidParameter } from "../aws-fault.ts";
import { describeVersion, summarizeVersion } from "../state/describe-version.ts";
import type { FunctionRecord, VersionRecord } from "../state/function-record.ts";
import { keyOf, versionsOf } from "../state/local-state.ts";
import { makeVersion } from "../state/make-version.ts";
import type { Call, OperationHandler } from "./call.ts";
import { checkRevision, findFunction } from "./find-function.ts";
import { paginate, renderPage } from "./paginate.ts";

export const publishVersion: OperationHandler<PublishVersionRequest> = (input, call) => {
  const { record } = findFunction(input.FunctionName, undefined, call);
  checkRevision(input.RevisionId, record.latest.revisionId);
  const { sha256 } = record.latest.code;
  if (input.CodeSha256 !== undefined && input.CodeSha256 !== "" && input.CodeSha256 !== sha256) {
    throw invalidParameter(
      `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST (${sha256}). ` +
        "Please try again with the CodeSHA256 in $LATEST.",
    );
  }
  const version = publish(record, { description: input.Description }, call);
  return describeVersion(call.world.state, record, version, version.version);
};

/** A new version of `$LATEST`, or the newest one when neither code nor configuration has changed since. */
export function publish(
  record: FunctionRecord,
  { description }: { readonly description?: string | undefined },
  { world, account }: Call,
): VersionRecord {
  const { latest } = record;
  const newest = [...record.versions.values()].at(-1);
  if (newest?.fingerprint === latest.fingerprint) return newest;
  const key = keyOf(record.region, record.name);
  const number = (world.state.lastVersions.get(key) ?? 0) + 1;
  world.state.lastVersions.set(key, number);
  const version: VersionRecord = {
    ...makeVersion(record, account, {
      version: String(number),
      configuration: {
        ...latest.configuration,
        ...(description !== undefined && { Description: description }),
      },
      code: latest.code,
      layerFolder: latest.runnable.layerFolder,
      handlerTwinFolder: latest.runnable.handlerTwinFolder,
      now: world.now(),
    }),
    // Compared with later states of `$LATEST`, whose description is its own.
    fingerprint: latest.fingerprint,
  };
  record.versions.set(version.version, version);
  record.latest = { ...latest, revisionId: randomUUID() };
  return version;
}

export const listVersionsByFunction: OperationHandler<ListVersionsByFunctionRequest> = (input, call) => {
  const { record } = findFunction(input.FunctionName, undefined, call);
  const items = versionsOf(record).map((version) =>
    summarizeVersion(call.world.state, record, version, version.version),
  );
  return renderPage("Versions", paginate(items, input.Marker, input.MaxItems));
};
