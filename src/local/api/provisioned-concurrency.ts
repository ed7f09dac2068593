import type {
  DeleteProvisionedConcurrencyConfigRequest,
  GetProvisionedConcurrencyConfigRequest,
  ListProvisionedConcurrencyConfigsRequest,
  PutProvisionedConcurrencyConfigRequest,
} from "@aws-sdk/client-lambda";
import { AwsFault, conflict, invalidParameter, notFound } from "../aws-fault.ts";
import type { FunctionRecord } from "../state/function-record.ts";
import { qualifiedArn } from "../state/function-reference.ts";
import { renderTime } from "../state/make-version.ts";
import type { Call, OperationHandler } from "./call.ts";
import { unreservedConcurrency } from "./concurrency.ts";
import { findAlias, findFunction, findVersion, functionNotFound, type Found } from "./find-function.ts";
import { paginate, renderPage } from "./paginate.ts";

/* Accepted and handed back: environments start fast enough here to be made when they are needed. */

export const putProvisionedConcurrencyConfig: OperationHandler<PutProvisionedConcurrencyConfigRequest> = (
  input,
  call,
) => {
  const { record, qualifier, version } = findPublished(
    input.FunctionName,
    input.Qualifier,
    call,
    "Provisioned Concurrency Configs cannot be applied to unpublished function versions.",
  );
  checkConflict(record, qualifier, version);
  const requested = input.ProvisionedConcurrentExecutions!;
  if (requested > unreservedConcurrency(call)) {
    throw invalidParameter(
      "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency " +
        `[${unreservedConcurrency(call)}].`,
    );
  }
  record.provisioned.set(qualifier, { requested, lastModified: renderTime(call.world.now()) });
  return describe(record, qualifier);
};

export const getProvisionedConcurrencyConfig: OperationHandler<GetProvisionedConcurrencyConfigRequest> = (
  input,
  call,
) => {
  const { record, qualifier } = findPublished(input.FunctionName, input.Qualifier, call);
  if (!record.provisioned.has(qualifier)) {
    throw new AwsFault(
      404,
      "ProvisionedConcurrencyConfigNotFoundException",
      "No Provisioned Concurrency Config found for this function",
    );
  }
  return describe(record, qualifier);
};

export const deleteProvisionedConcurrencyConfig: OperationHandler<
  DeleteProvisionedConcurrencyConfigRequest
> = (input, call) => {
  const { record, qualifier } = findPublished(input.FunctionName, input.Qualifier, call);
  record.provisioned.delete(qualifier);
  return undefined;
};

export const listProvisionedConcurrencyConfigs: OperationHandler<ListProvisionedConcurrencyConfigsRequest> = (
  input,
  call,
) => {
  const { record } = findFunction(input.FunctionName, undefined, call);
  const items = [...record.provisioned.keys()].map((qualifier) => ({
    FunctionArn: qualifiedArn(record.arn, qualifier),
    ...describe(record, qualifier),
  }));
  return renderPage("ProvisionedConcurrencyConfigs", paginate(items, input.Marker, input.MaxItems));
};

function findPublished(
  reference: string | undefined,
  asked: string | undefined,
  call: Call,
  onLatest = "The function resource provided must be an alias or a published version.",
): Found & { readonly qualifier: string; readonly version: string } {
  const isVersion = /^\d+$/.test(asked ?? "");
  const { record, qualifier = "$LATEST" } = findFunction(reference, asked, call, (arn) =>
    isVersion || asked === undefined
      ? functionNotFound(qualifiedArn(arn, asked))
      : notFound(`Cannot find alias arn: ${qualifiedArn(arn, asked)}`),
  );
  const version = /^(\d+|\$LATEST)$/.test(qualifier)
    ? findVersion(record, qualifier).version
    : findAlias(record, qualifier, "Cannot find alias arn").functionVersion;
  if (version === "$LATEST") throw invalidParameter(onLatest);
  return { record, qualifier, version };
}

/** A version has provisioned concurrency by itself or by an alias, not both. @throws AwsFault ResourceConflictException */
function checkConflict(record: FunctionRecord, qualifier: string, version: string): void {
  if (qualifier !== version && record.provisioned.has(version)) {
    throw conflict(
      "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version",
    );
  }
  const byAlias = [...record.provisioned.keys()].some(
    (other) => other !== qualifier && record.aliases.get(other)?.functionVersion === version,
  );
  if (qualifier === version && byAlias) {
    throw conflict("Version is pointed by a Provisioned Concurrency alias");
  }
}

function describe(record: FunctionRecord, qualifier: string): object {
  const { requested, lastModified } = record.provisioned.get(qualifier)!;
  return {
    RequestedProvisionedConcurrentExecutions: requested,
    AvailableProvisionedConcurrentExecutions: requested,
    AllocatedProvisionedConcurrentExecutions: requested,
    Status: "READY",
    LastModified: lastModified,
  };
}
