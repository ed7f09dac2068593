import type {
  CreateFunctionRequest,
  DeleteFunctionRequest,
  GetFunctionConfigurationRequest,
  GetFunctionRequest,
  ListFunctionsRequest,
  UpdateFunctionCodeRequest,
  UpdateFunctionConfigurationRequest,
} from "@aws-sdk/client-lambda";
import { conflict, invalidParameter, notSupported } from "../aws-fault.ts";
import { describeVersion, summarizeVersion } from "../state/describe-version.ts";
import type { FunctionRecord } from "../state/function-record.ts";
import { functionArn, parseReference } from "../state/function-reference.ts";
import { inRegion, keyOf, versionsOf } from "../state/local-state.ts";
import { buildLatest, replaceLatest, retireVersion } from "./build-version.ts";
import type { Call, OperationHandler } from "./call.ts";
import { checkRuntime } from "./check-runtime.ts";
import { checkRevision, findFunction, findVersion } from "./find-function.ts";
import { paginate, renderPage } from "./paginate.ts";
import { readCode } from "./read-code.ts";
import { settleConfiguration } from "./settle-configuration.ts";
import { checkTags } from "./tags.ts";
import { publish } from "./versions.ts";

export const createFunction: OperationHandler<CreateFunctionRequest> = async (input, call) => {
  const { state } = call.world;
  const { name } = parseReference(input.FunctionName!, undefined, call);
  if (name.length > 64) {
    throw invalidParameter(
      `1 validation error detected: Value '${name}' at 'functionName' failed to satisfy constraint: ` +
        "Member must have length less than or equal to 64",
    );
  }
  if (input.PackageType === "Image") throw notSupported("CreateFunction with PackageType Image");
  checkRuntime(input.Runtime);
  checkTags(input.Tags ?? {});
  const configuration = settleConfiguration(name, input, undefined);
  const key = keyOf(call.region, name);
  if (state.functions.has(key)) throw conflict(`Function already exist: ${name}`);
  const code = await readCode(input.Code!, "CreateFunction", call);
  const owner = {
    name,
    region: call.region,
    arn: functionArn(call.region, call.account, name),
    reservedConcurrency: undefined,
  };
  const record = newRecord(owner, await buildLatest(owner, configuration, code, call), input);
  state.functions.set(key, record);
  const version = input.Publish === true ? publish(record, {}, call) : record.latest;
  // AWS's answer has no qualifier here even when it is of a published version, and no status of an update.
  const { LastUpdateStatus: _, ...answer } = describeVersion(state, record, version, undefined);
  return answer;
};

export function newRecord(
  owner: Pick<FunctionRecord, "name" | "region" | "arn">,
  latest: FunctionRecord["latest"],
  input: Pick<CreateFunctionRequest, "Tags" | "CodeSigningConfigArn">,
): FunctionRecord {
  return {
    ...owner,
    latest,
    versions: new Map(),
    aliases: new Map(),
    policies: new Map(),
    urls: new Map(),
    eventInvoke: new Map(),
    provisioned: new Map(),
    runtimeManagement: new Map(),
    tags: input.Tags ?? {},
    reservedConcurrency: undefined,
    recursiveLoop: "Terminate",
    codeSigningConfigArn: input.CodeSigningConfigArn,
  };
}

export const getFunction: OperationHandler<GetFunctionRequest> = (input, call) => {
  const { record, qualifier } = findFunction(input.FunctionName, input.Qualifier, call);
  const version = findVersion(record, qualifier);
  return {
    Configuration: describeVersion(call.world.state, record, version, qualifier),
    Code: { RepositoryType: "S3", Location: codeLocation(version.code.sha256, call) },
    ...(Object.keys(record.tags).length > 0 && { Tags: record.tags }),
    ...(record.reservedConcurrency !== undefined && {
      Concurrency: { ReservedConcurrentExecutions: record.reservedConcurrency },
    }),
  };
};

/** Where the service hands out a zip. */
export function codeLocation(sha256: string, call: Pick<Call, "endpoint">): string {
  return `${call.endpoint}/_brig/code/${Buffer.from(sha256, "base64").toString("hex")}.zip`;
}

export const getFunctionConfiguration: OperationHandler<GetFunctionConfigurationRequest> = (input, call) => {
  const { record, qualifier } = findFunction(input.FunctionName, input.Qualifier, call);
  return describeVersion(call.world.state, record, findVersion(record, qualifier), qualifier);
};

export const listFunctions: OperationHandler<ListFunctionsRequest> = (input, call) => {
  const { state } = call.world;
  const records = inRegion(state.functions, call.region);
  const items =
    input.FunctionVersion === "ALL"
      ? records.flatMap((record) =>
          versionsOf(record).map((version) => summarizeVersion(state, record, version, version.version)),
        )
      : records.map((record) => summarizeVersion(state, record, record.latest, undefined));
  return renderPage("Functions", paginate(items, input.Marker, input.MaxItems));
};

export const updateFunctionCode: OperationHandler<UpdateFunctionCodeRequest> = async (input, call) => {
  const { state } = call.world;
  const { record } = findFunction(input.FunctionName, undefined, call);
  checkRevision(input.RevisionId, record.latest.revisionId);
  const before = record.latest;
  const code = await readCode(input, "UpdateFunctionCode", call, before.code);
  const configuration = settleConfiguration(
    record.name,
    { Architectures: input.Architectures },
    before.configuration,
  );
  const latest = await buildLatest(record, configuration, code, call, {
    previousLayers: before.configuration.Layers,
  });
  if (input.DryRun === true) return describeVersion(state, record, latest, undefined);
  replaceLatest(record, latest, call.world);
  if (input.Publish !== true) return describeVersion(state, record, record.latest, undefined);
  const version = publish(record, {}, call);
  return describeVersion(state, record, version, version.version);
};

export const updateFunctionConfiguration: OperationHandler<UpdateFunctionConfigurationRequest> = async (
  input,
  call,
) => {
  const { record } = findFunction(input.FunctionName, undefined, call);
  checkRevision(input.RevisionId, record.latest.revisionId);
  checkRuntime(input.Runtime);
  const configuration = settleConfiguration(record.name, input, record.latest.configuration);
  const { code, runnable, configuration: before } = record.latest;
  const latest = await buildLatest(record, configuration, code, call, {
    handlerTwinFolder: runnable.handlerTwinFolder,
    previousLayers: before.Layers,
  });
  replaceLatest(record, latest, call.world);
  return describeVersion(call.world.state, record, latest, undefined);
};

export const deleteFunction: OperationHandler<DeleteFunctionRequest> = (input, call) => {
  const { record, qualifier } = findFunction(input.FunctionName, input.Qualifier, call);
  if (qualifier === undefined) {
    removeFunction(record, call);
    return undefined;
  }
  if (qualifier === "$LATEST") {
    throw invalidParameter("$LATEST version cannot be deleted without deleting the function.");
  }
  if (!/^\d+$/.test(qualifier)) {
    throw invalidParameter("Deletion of aliases is not currently supported.");
  }
  const users = [...record.aliases.values()].filter(
    ({ functionVersion, weights }) => functionVersion === qualifier || qualifier in weights,
  );
  if (users.length > 0) {
    const names = users.map(({ name }) => name).join(", ");
    throw conflict(`Unable to delete version because the following aliases reference it: [${names}]`);
  }
  const version = record.versions.get(qualifier);
  record.versions.delete(qualifier);
  if (version !== undefined) retireVersion(version, call.world);
  return undefined;
};

export function removeFunction(record: FunctionRecord, { world }: Pick<Call, "world">): void {
  world.state.functions.delete(keyOf(record.region, record.name));
  for (const { urlId } of record.urls.values()) world.state.urls.delete(urlId);
  for (const version of versionsOf(record)) retireVersion(version, world);
}
