import { conflict, invalidParameter } from "../../../src/local/aws-fault.ts";
import { checkAlias } from "../invariant.ts";
import type { AliasState, FunctionState } from "../world.ts";
import {
  type LambdaHandler,
  findAlias,
  findEdition,
  findFunction,
  guard,
  paginate,
  refuseWhileUnsettled,
} from "./request.ts";

function describeAlias(owner: FunctionState, alias: AliasState): object {
  return {
    AliasArn: `${owner.arn}:${alias.name}`,
    Name: alias.name,
    FunctionVersion: alias.version,
    Description: alias.description,
    ...(Object.keys(alias.weights).length > 0 && {
      RoutingConfig: { AdditionalVersionWeights: alias.weights },
    }),
    RevisionId: alias.revisionId,
  };
}

/** The rules of the AWS page "Create an alias", weighted: two published versions of one role and dead-letter queue. */
function checkWeights(
  owner: FunctionState,
  version: string,
  weights: Readonly<Record<string, number>>,
): void {
  const others = Object.keys(weights);
  if (others.length === 0) return;
  if (others.length > 1)
    throw invalidParameter("Number of items in AdditionalVersionWeights cannot be greater than 1");
  const [other = ""] = others;
  const weight = weights[other] ?? 0;
  if (weight < 0 || weight > 1) throw invalidParameter(`Weight for version ${other} must be between 0 and 1`);
  if (version === "$LATEST" || other === "$LATEST") {
    throw invalidParameter("$LATEST is not supported for an alias pointing to more than 1 version");
  }
  if (version === other) {
    throw invalidParameter(
      `Invalid function version ${other}. Function version ${other} is already included in routing configuration.`,
    );
  }
  const [first, second] = [findEdition(owner, version), findEdition(owner, other)];
  for (const name of ["Role", "DeadLetterConfig"]) {
    if (JSON.stringify(first.config[name]) !== JSON.stringify(second.config[name])) {
      throw invalidParameter(`Versions of an alias with routing configuration must have the same ${name}`);
    }
  }
}

function weightsOf(routing: unknown): Readonly<Record<string, number>> {
  const { AdditionalVersionWeights: weights = {} } = (routing ?? {}) as {
    AdditionalVersionWeights?: Readonly<Record<string, number>>;
  };
  return weights;
}

const createAlias: LambdaHandler = (request) => {
  const { world, input } = request;
  const owner = findFunction(request);
  refuseWhileUnsettled(owner);
  const name = String(input["Name"]);
  if (owner.aliases.has(name)) throw conflict(`Alias already exists: ${owner.arn}:${name}`);
  const version = String(input["FunctionVersion"]);
  findEdition(owner, version);
  const weights = weightsOf(input["RoutingConfig"]);
  checkWeights(owner, version, weights);
  const alias: AliasState = {
    name,
    version,
    description: (input["Description"] ?? "") as string,
    weights,
    revisionId: world.newRevision(),
  };
  owner.aliases.set(name, alias);
  checkAlias(world, owner, alias);
  return { status: 201, body: describeAlias(owner, alias) };
};

/** Weights that are not sent stay, and then may not fit the new version. */
const updateAlias: LambdaHandler = (request) => {
  const { world, input } = request;
  const owner = findFunction(request);
  const alias = findAlias(owner, input["Name"]);
  guard(input["RevisionId"], alias.revisionId, "GetAlias");
  refuseWhileUnsettled(owner);
  const version = (input["FunctionVersion"] ?? alias.version) as string;
  findEdition(owner, version);
  const weights = input["RoutingConfig"] === undefined ? alias.weights : weightsOf(input["RoutingConfig"]);
  checkWeights(owner, version, weights);
  const moved = version !== alias.version;
  alias.version = version;
  alias.weights = weights;
  if (typeof input["Description"] === "string") alias.description = input["Description"];
  alias.revisionId = world.newRevision();
  const provisioned = owner.provisioned.get(alias.name);
  if (moved && provisioned !== undefined) provisioned.readsLeft = world.behaviour.settleReads.provision;
  checkAlias(world, owner, alias);
  return { body: describeAlias(owner, alias) };
};

const getAlias: LambdaHandler = (request) => {
  const owner = findFunction(request);
  return { body: describeAlias(owner, findAlias(owner, request.input["Name"])) };
};

const deleteAlias: LambdaHandler = (request) => {
  const owner = findFunction(request);
  const name = String(request.input["Name"]);
  owner.aliases.delete(name);
  owner.provisioned.delete(name);
  return { status: 204 };
};

const listAliases: LambdaHandler = (request) => {
  const owner = findFunction(request);
  const asked = request.input["FunctionVersion"];
  const all = [...owner.aliases.values()].filter(({ version }) => asked === undefined || version === asked);
  const { page, ...marker } = paginate(request, all);
  return { body: { Aliases: page.map((alias) => describeAlias(owner, alias)), ...marker } };
};

export const aliasHandlers: Readonly<Record<string, LambdaHandler>> = {
  CreateAlias: createAlias,
  UpdateAlias: updateAlias,
  GetAlias: getAlias,
  DeleteAlias: deleteAlias,
  ListAliases: listAliases,
};
