import { AwsFault, conflict, invalidParameter, notFound } from "../../../src/local/aws-fault.ts";
import type { Edition, FunctionState } from "../world.ts";
import { locateCode, takeCode } from "./code.ts";
import { describe } from "./describe.ts";
import { publish } from "./versions.ts";
import {
  type LambdaAnswer,
  type LambdaHandler,
  type LambdaRequest,
  findEdition,
  findFunction,
  functionArn,
  guard,
  paginate,
  parseReference,
  refuseWhileUnsettled,
} from "./request.ts";
import { checkVariables } from "./rules.ts";
import { begin, observe } from "./settle.ts";

/** Members of an input that are no configuration. */
const apart = ["FunctionName", "Code", "Publish", "PublishTo", "Tags", "RevisionId"];

function configurationOf({ input, unknown }: LambdaRequest): Record<string, unknown> {
  const all = Object.entries({ ...unknown, ...input });
  return Object.fromEntries(all.filter(([name]) => !apart.includes(name)));
}

function checkRole({ world, input }: LambdaRequest): void {
  if (input["Role"] === undefined || world.behaviour.roleRefusals <= 0) return;
  world.behaviour.roleRefusals--;
  throw invalidParameter("The role defined for the function cannot be assumed by Lambda.");
}

const createFunction: LambdaHandler = async (request) => {
  const { world, region, input } = request;
  const { name } = parseReference(input);
  if (world.functions.has(`${region}/${name}`)) throw conflict(`Function already exist: ${name}`);
  const config = configurationOf(request);
  if (
    config["PackageType"] !== "Image" &&
    (config["Runtime"] === undefined || config["Handler"] === undefined)
  ) {
    throw invalidParameter(
      "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
    );
  }
  checkVariables(config["Environment"]);
  const code = await takeCode(request, input["Code"] as Readonly<Record<string, unknown>>);
  checkRole(request);
  const latest: Edition = {
    version: "$LATEST",
    config,
    code,
    revisionId: world.newRevision(),
    lastModified: world.now(),
    state: "Active",
    stateReason: undefined,
    update: "Successful",
    updateReason: undefined,
    settling: undefined,
    passed: new Set(),
    failed: new Set(),
  };
  const owner: FunctionState = {
    name,
    region,
    arn: functionArn(world, region, name),
    latest,
    versions: new Map(),
    nextVersion: 1,
    published: undefined,
    aliases: new Map(),
    tags: new Map(Object.entries((input["Tags"] ?? {}) as Record<string, string>)),
    reserved: undefined,
    policies: new Map(),
    urls: new Map(),
    eventInvoke: new Map(),
    provisioned: new Map(),
  };
  world.functions.set(`${region}/${name}`, owner);
  const afterwards = begin(world, latest, "create");
  const shown = input["Publish"] === true ? publish(world, owner, undefined) : latest;
  return { status: 201, body: describe(world, owner, shown, undefined), afterwards };
};

const getFunction: LambdaHandler = (request) => {
  const { world, input } = request;
  const owner = findFunction(request);
  const { qualifier } = parseReference(input);
  const edition = findEdition(owner, qualifier);
  observe(world, edition);
  return {
    body: {
      Configuration: describe(world, owner, edition, qualifier),
      Code: locateCode(request, owner, edition.code),
      ...tagsOf(world, owner),
      ...(owner.reserved !== undefined && { Concurrency: { ReservedConcurrentExecutions: owner.reserved } }),
    },
  };
};

/** Tags are only told to those who may list them. */
function tagsOf({ behaviour }: LambdaRequest["world"], { tags }: FunctionState): object {
  if (behaviour.denied.has("lambda:ListTags")) {
    const Message = "no identity-based policy allows the lambda:ListTags action";
    return { TagsError: { ErrorCode: "AccessDeniedException", Message } };
  }
  return tags.size > 0 ? { Tags: Object.fromEntries(tags) } : {};
}

const getFunctionConfiguration: LambdaHandler = (request) => {
  const { world, input } = request;
  const owner = findFunction(request);
  const { qualifier } = parseReference(input);
  const edition = findEdition(owner, qualifier);
  observe(world, edition);
  return { body: describe(world, owner, edition, qualifier) };
};

/** Both updates: what they change, then InProgress. */
function update(
  request: LambdaRequest,
  owner: FunctionState,
  change: (latest: Edition) => void,
): LambdaAnswer {
  const { world, input } = request;
  const { latest } = owner;
  change(latest);
  latest.revisionId = world.newRevision();
  latest.lastModified = world.now();
  if (latest.state === "Failed") latest.state = "Active";
  const afterwards = begin(world, latest, "update");
  const shown = input["Publish"] === true ? publish(world, owner, undefined) : latest;
  return { body: describe(world, owner, shown, undefined), afterwards };
}

const updateFunctionCode: LambdaHandler = async (request) => {
  const { world, input } = request;
  const owner = findFunction(request);
  guard(input["RevisionId"], owner.latest.revisionId, "GetFunction");
  refuseWhileUnsettled(owner);
  const code = await takeCode(request, input);
  const architectures = input["Architectures"];
  if (input["DryRun"] === true) {
    const revised = { ...owner.latest, code };
    return { body: describe(world, owner, revised, undefined) };
  }
  return update(request, owner, (latest) => {
    latest.code = code;
    if (architectures !== undefined) latest.config = { ...latest.config, Architectures: architectures };
  });
};

/** A member that is sent replaces the whole member; one that is not sent stays. */
const updateFunctionConfiguration: LambdaHandler = (request) => {
  const { input } = request;
  const owner = findFunction(request);
  guard(input["RevisionId"], owner.latest.revisionId, "GetFunction");
  refuseWhileUnsettled(owner);
  const config = configurationOf(request);
  checkVariables(config["Environment"]);
  checkRole(request);
  return update(request, owner, (latest) => {
    latest.config = { ...latest.config, ...config };
  });
};

const deleteFunction: LambdaHandler = (request) => {
  const { world, region, input } = request;
  const { name, qualifier } = parseReference(input);
  const owner = findFunction(request);
  if (qualifier === undefined) {
    world.functions.delete(`${region}/${name}`);
    return { status: 204 };
  }
  if (qualifier === "$LATEST") {
    throw invalidParameter("$LATEST version cannot be deleted without deleting the function.");
  }
  if (!/^\d+$/.test(qualifier)) throw invalidParameter("An alias cannot be deleted with DeleteFunction.");
  const using = [...owner.aliases.values()].filter(
    ({ version, weights }) => version === qualifier || qualifier in weights,
  );
  if (using.length > 0) {
    const names = using.map((alias) => alias.name).join(", ");
    throw conflict(`Unable to delete version because the following aliases reference it: [${names}]`);
  }
  owner.versions.delete(qualifier);
  if (owner.published?.version === qualifier) owner.published = undefined;
  return { status: 204 };
};

const listFunctions: LambdaHandler = (request) => {
  const { world, region } = request;
  const all = [...world.functions.values()].filter((owner) => owner.region === region);
  const { page, ...marker } = paginate(request, all);
  return {
    body: {
      Functions: page.map((owner) => describe(world, owner, owner.latest, undefined, "listed")),
      ...marker,
    },
  };
};

const getAccountSettings: LambdaHandler = ({ world }) => ({
  body: {
    AccountLimit: {
      TotalCodeSize: 322_122_547_200,
      CodeSizeUnzipped: 262_144_000,
      CodeSizeZipped: 52_428_800,
      ConcurrentExecutions: 1000,
      UnreservedConcurrentExecutions:
        1000 - [...world.functions.values()].reduce((sum, { reserved = 0 }) => sum + reserved, 0),
    },
    AccountUsage: { TotalCodeSize: 0, FunctionCount: world.functions.size },
  },
});

const getLayerVersionByArn: LambdaHandler = ({ world, input }) => {
  const arn = String(input["Arn"]);
  const layer = world.layers.get(arn);
  if (layer === undefined) throw notFound("The resource you requested does not exist.");
  return {
    body: {
      LayerVersionArn: arn,
      LayerArn: arn.replace(/:\d+$/, ""),
      Version: Number(/\d+$/.exec(arn)?.[0]),
      Content: { CodeSize: layer.codeSize, CodeSha256: "", Location: "" },
    },
  };
};

const getFunctionCodeSigningConfig: LambdaHandler = (request) => ({
  body: { FunctionName: findFunction(request).name },
});

const getFunctionRecursionConfig: LambdaHandler = (request) => {
  findFunction(request);
  return { body: { RecursiveLoop: "Terminate" } };
};

export const functionHandlers: Readonly<Record<string, LambdaHandler>> = {
  CreateFunction: createFunction,
  GetFunction: getFunction,
  GetFunctionConfiguration: getFunctionConfiguration,
  UpdateFunctionCode: updateFunctionCode,
  UpdateFunctionConfiguration: updateFunctionConfiguration,
  DeleteFunction: deleteFunction,
  ListFunctions: listFunctions,
  GetAccountSettings: getAccountSettings,
  GetLayerVersionByArn: getLayerVersionByArn,
  GetFunctionCodeSigningConfig: getFunctionCodeSigningConfig,
  GetFunctionRecursionConfig: getFunctionRecursionConfig,
};

/** Of an operation that AWS has and the stand-in has not. */
export function notPlayed(operation: string): AwsFault {
  return new AwsFault(501, "NotImplementedException", `the stand-in does not play ${operation}`);
}
