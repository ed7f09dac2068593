import type {
  CreateAliasRequest,
  DeleteAliasRequest,
  GetAliasRequest,
  ListAliasesRequest,
  UpdateAliasRequest,
} from "@aws-sdk/client-lambda";
import { randomUUID } from "node:crypto";
import { conflict, invalidParameter } from "../aws-fault.ts";
import type { AliasRecord, FunctionRecord } from "../state/function-record.ts";
import { qualifiedArn } from "../state/function-reference.ts";
import type { OperationHandler } from "./call.ts";
import { checkRevision, findAlias, findFunction, findVersion, functionNotFound } from "./find-function.ts";
import { paginate, renderPage } from "./paginate.ts";

export const createAlias: OperationHandler<CreateAliasRequest> = (input, call) => {
  const { record } = findFunction(input.FunctionName, undefined, call, (arn) =>
    functionNotFound(qualifiedArn(arn, input.FunctionVersion)),
  );
  const name = input.Name!;
  const functionVersion = input.FunctionVersion!;
  const weights = input.RoutingConfig?.AdditionalVersionWeights ?? {};
  checkRouting(record, functionVersion, weights);
  if (record.aliases.has(name)) throw conflict(`Alias already exists: ${qualifiedArn(record.arn, name)}`);
  const alias: AliasRecord = {
    name,
    functionVersion,
    description: input.Description ?? "",
    revisionId: randomUUID(),
    weights,
  };
  record.aliases.set(name, alias);
  return describeAlias(record, alias);
};

export const getAlias: OperationHandler<GetAliasRequest> = (input, call) => {
  const { record } = findFunction(input.FunctionName, undefined, call);
  return describeAlias(record, findAlias(record, input.Name, "Cannot find alias arn"));
};

export const updateAlias: OperationHandler<UpdateAliasRequest> = (input, call) => {
  const { record } = findFunction(input.FunctionName, undefined, call);
  const before = findAlias(record, input.Name, "Alias not found");
  checkRevision(input.RevisionId, before.revisionId);
  const functionVersion = input.FunctionVersion ?? before.functionVersion;
  const weights =
    input.RoutingConfig === undefined ? before.weights : (input.RoutingConfig.AdditionalVersionWeights ?? {});
  checkRouting(record, functionVersion, weights);
  const alias: AliasRecord = {
    name: before.name,
    functionVersion,
    description: input.Description ?? before.description,
    revisionId: randomUUID(),
    weights,
  };
  record.aliases.set(alias.name, alias);
  return describeAlias(record, alias);
};

/** An alias that is not there is deleted as well. */
export const deleteAlias: OperationHandler<DeleteAliasRequest> = (input, call) => {
  const { record } = findFunction(input.FunctionName, undefined, call);
  const name = input.Name!;
  if (!record.aliases.delete(name)) return undefined;
  record.policies.delete(name);
  record.eventInvoke.delete(name);
  record.provisioned.delete(name);
  const url = record.urls.get(name);
  if (url !== undefined) {
    record.urls.delete(name);
    call.world.state.urls.delete(url.urlId);
  }
  return undefined;
};

export const listAliases: OperationHandler<ListAliasesRequest> = (input, call) => {
  const { record } = findFunction(input.FunctionName, undefined, call);
  const aliases = [...record.aliases.values()]
    .filter(({ functionVersion }) =>
      input.FunctionVersion === undefined ? true : functionVersion === input.FunctionVersion,
    )
    .toSorted((left, right) => (left.name < right.name ? -1 : 1));
  const page = paginate(aliases, input.Marker, input.MaxItems);
  return renderPage("Aliases", { ...page, items: page.items.map((alias) => describeAlias(record, alias)) });
};

function describeAlias(record: FunctionRecord, alias: AliasRecord): object {
  return {
    AliasArn: qualifiedArn(record.arn, alias.name),
    Name: alias.name,
    FunctionVersion: alias.functionVersion,
    Description: alias.description,
    RevisionId: alias.revisionId,
    ...(Object.keys(alias.weights).length > 0 && {
      RoutingConfig: { AdditionalVersionWeights: alias.weights },
    }),
  };
}

/** At most two versions, both published (AWS Lambda Developer Guide, "Implement Lambda canary deployments using a weighted alias"). */
function checkRouting(
  record: FunctionRecord,
  version: string,
  weights: Readonly<Record<string, number>>,
): void {
  findVersion(record, /^\d+$/.test(version) ? version : "$LATEST");
  const [additional, ...more] = Object.keys(weights);
  if (more.length > 0) {
    throw invalidParameter("Number of items in AdditionalVersionWeights cannot be greater than 1");
  }
  if (additional === undefined) return;
  if (version === "$LATEST") {
    throw invalidParameter("$LATEST is not supported for an alias pointing to more than 1 version");
  }
  if (additional === version) {
    throw invalidParameter(
      `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
    );
  }
  findVersion(record, additional);
}
