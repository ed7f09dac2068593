import { createHash } from "node:crypto";
import { AwsFault, conflict, invalidParameter, notFound } from "../../../src/local/aws-fault.ts";
import type { FunctionState, ProvisionedState, UrlState, World } from "../world.ts";
import {
  type LambdaHandler,
  findEdition,
  findFunction,
  guard,
  paginate,
  parseReference,
  refuseWhileUnsettled,
} from "./request.ts";

const absent = "The resource you requested does not exist.";

/** The function and the qualifier, which must be one of its own. */
function locate(request: Parameters<LambdaHandler>[0]): { owner: FunctionState; key: string; arn: string } {
  const owner = findFunction(request);
  const { qualifier } = parseReference(request.input);
  findEdition(owner, qualifier);
  return {
    owner,
    key: qualifier ?? "",
    arn: qualifier === undefined ? owner.arn : `${owner.arn}:${qualifier}`,
  };
}

function writable(request: Parameters<LambdaHandler>[0]): ReturnType<typeof locate> {
  const place = locate(request);
  refuseWhileUnsettled(place.owner);
  return place;
}

// --- permissions ---

/** A policy's change is one of the function or alias that it belongs to. */
function touch(world: World, owner: FunctionState, key: string): void {
  const alias = owner.aliases.get(key);
  if (alias === undefined) owner.latest.revisionId = world.newRevision();
  else alias.revisionId = world.newRevision();
}

const addPermission: LambdaHandler = (request) => {
  const { world, input, unknown } = request;
  const { owner, key, arn } = writable(request);
  const policy = owner.policies.get(key) ?? { revisionId: world.newRevision(), statements: new Map() };
  guard(input["RevisionId"], policy.revisionId, "GetPolicy");
  const id = String(input["StatementId"]);
  if (policy.statements.has(id)) {
    throw conflict(
      `The statement id (${id}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    );
  }
  const statement = {
    Sid: id,
    Effect: "Allow",
    Principal: renderPrincipal(String(input["Principal"])),
    Action: input["Action"],
    Resource: arn,
    ...renderConditions({ ...unknown, ...input }),
  };
  policy.statements.set(id, statement);
  policy.revisionId = world.newRevision();
  owner.policies.set(key, policy);
  touch(world, owner, key);
  return { status: 201, body: { Statement: JSON.stringify(statement) } };
};

function renderPrincipal(principal: string): unknown {
  if (principal === "*") return "*";
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` };
  return principal.startsWith("arn:") ? { AWS: principal } : { Service: principal };
}

function renderConditions(input: Readonly<Record<string, unknown>>): object {
  const equals = {
    ...(input["SourceAccount"] !== undefined && { "AWS:SourceAccount": input["SourceAccount"] }),
    ...(input["FunctionUrlAuthType"] !== undefined && {
      "lambda:FunctionUrlAuthType": input["FunctionUrlAuthType"],
    }),
    ...(input["PrincipalOrgID"] !== undefined && { "aws:PrincipalOrgID": input["PrincipalOrgID"] }),
    ...(input["EventSourceToken"] !== undefined && { "lambda:EventSourceToken": input["EventSourceToken"] }),
  };
  const condition = {
    ...(Object.keys(equals).length > 0 && { StringEquals: equals }),
    ...(input["SourceArn"] !== undefined && { ArnLike: { "AWS:SourceArn": input["SourceArn"] } }),
    ...(input["InvokedViaFunctionUrl"] !== undefined && {
      Bool: { "lambda:InvokedViaFunctionUrl": JSON.stringify(input["InvokedViaFunctionUrl"]) },
    }),
  };
  return Object.keys(condition).length > 0 ? { Condition: condition } : {};
}

const removePermission: LambdaHandler = (request) => {
  const { world, input } = request;
  const { owner, key } = writable(request);
  const policy = owner.policies.get(key);
  const id = String(input["StatementId"]);
  if (policy === undefined || !policy.statements.has(id)) {
    throw notFound(`Statement ${id} is not found in resource policy.`);
  }
  guard(input["RevisionId"], policy.revisionId, "GetPolicy");
  policy.statements.delete(id);
  policy.revisionId = world.newRevision();
  if (policy.statements.size === 0) owner.policies.delete(key);
  touch(world, owner, key);
  return { status: 204 };
};

const getPolicy: LambdaHandler = (request) => {
  const { owner, key } = locate(request);
  const policy = owner.policies.get(key);
  if (policy === undefined) throw notFound(absent);
  const document = { Version: "2012-10-17", Id: "default", Statement: [...policy.statements.values()] };
  return { body: { Policy: JSON.stringify(document), RevisionId: policy.revisionId } };
};

// --- function URLs ---

function describeUrl(request: Parameters<LambdaHandler>[0], arn: string, url: UrlState): object {
  return {
    FunctionUrl: `https://${url.id}.lambda-url.${request.region}.on.aws/`,
    FunctionArn: arn,
    InvokeMode: "BUFFERED",
    ...url.config,
    CreationTime: url.created.toISOString(),
    LastModifiedTime: url.modified.toISOString(),
  };
}

function without(input: Readonly<Record<string, unknown>>, ...names: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).filter(([name]) => !names.includes(name)));
}

const createFunctionUrlConfig: LambdaHandler = (request) => {
  const { world, input, unknown } = request;
  const { owner, key, arn } = writable(request);
  if (owner.urls.has(key)) {
    throw conflict(
      `Failed to create function url config for [functionArn = ${arn}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
    );
  }
  const id = createHash("sha256").update(arn).digest("hex").slice(0, 32);
  const created = world.now();
  const url: UrlState = {
    id,
    config: { ...unknown, ...without(input, "FunctionName", "Qualifier") },
    created,
    modified: created,
  };
  owner.urls.set(key, url);
  return { status: 201, body: describeUrl(request, arn, url) };
};

const getFunctionUrlConfig: LambdaHandler = (request) => {
  const { owner, key, arn } = locate(request);
  const url = owner.urls.get(key);
  if (url === undefined) throw notFound(absent);
  return { body: describeUrl(request, arn, url) };
};

const updateFunctionUrlConfig: LambdaHandler = (request) => {
  const { world, input, unknown } = request;
  const { owner, key, arn } = writable(request);
  const url = owner.urls.get(key);
  if (url === undefined) throw notFound(absent);
  url.config = { ...url.config, ...unknown, ...without(input, "FunctionName", "Qualifier") };
  url.modified = world.now();
  return { body: describeUrl(request, arn, url) };
};

const deleteFunctionUrlConfig: LambdaHandler = (request) => {
  const { owner, key } = writable(request);
  if (!owner.urls.delete(key)) throw notFound(absent);
  return { status: 204 };
};

const listFunctionUrlConfigs: LambdaHandler = (request) => {
  const owner = findFunction(request);
  const { page, ...marker } = paginate(request, [...owner.urls]);
  const configs = page.map(([key, url]) =>
    describeUrl(request, key === "" ? owner.arn : `${owner.arn}:${key}`, url),
  );
  return { body: { FunctionUrlConfigs: configs, ...marker } };
};

// --- concurrency ---

const putFunctionConcurrency: LambdaHandler = (request) => {
  const { world, input } = request;
  const { owner } = writable(request);
  const asked = Number(input["ReservedConcurrentExecutions"]);
  const others = [...world.functions.values()].filter((other) => other !== owner);
  if (1000 - asked - others.reduce((sum, { reserved = 0 }) => sum + reserved, 0) < 100) {
    throw invalidParameter(
      "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its " +
        "minimum value of [100].",
    );
  }
  owner.reserved = asked;
  return { body: { ReservedConcurrentExecutions: asked } };
};

const getFunctionConcurrency: LambdaHandler = (request) => {
  const { reserved } = findFunction(request);
  return { body: reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved } };
};

const deleteFunctionConcurrency: LambdaHandler = (request) => {
  const { owner } = writable(request);
  owner.reserved = undefined;
  return { status: 204 };
};

function describeProvisioned(provisioned: ProvisionedState): Record<string, unknown> {
  const { requested, readsLeft, failure, modified } = provisioned;
  const ready = readsLeft < 0 && failure === undefined;
  return {
    RequestedProvisionedConcurrentExecutions: requested,
    AvailableProvisionedConcurrentExecutions: ready ? requested : 0,
    AllocatedProvisionedConcurrentExecutions: ready ? requested : 0,
    Status: readsLeft >= 0 ? "IN_PROGRESS" : failure === undefined ? "READY" : "FAILED",
    ...(readsLeft < 0 && failure !== undefined && { StatusReason: failure.reason }),
    LastModified: modified.toISOString().replace("Z", "+0000"),
  };
}

function noProvisioned(): AwsFault {
  return new AwsFault(
    404,
    "ProvisionedConcurrencyConfigNotFoundException",
    "No Provisioned Concurrency Config found for this function",
  );
}

const putProvisioned: LambdaHandler = (request) => {
  const { world, input } = request;
  const { owner, key } = writable(request);
  if (key === "" || findEdition(owner, key).version === "$LATEST") {
    throw invalidParameter(
      "Provisioned Concurrency Configs cannot be applied to unpublished function versions.",
    );
  }
  const { failures, settleReads } = world.behaviour;
  const provisioned: ProvisionedState = {
    requested: Number(input["ProvisionedConcurrentExecutions"]),
    readsLeft: settleReads.provision,
    failure: failures.provision,
    modified: world.now(),
  };
  delete failures.provision;
  owner.provisioned.set(key, provisioned);
  return { status: 202, body: describeProvisioned(provisioned) };
};

const getProvisioned: LambdaHandler = (request) => {
  const { owner, key } = locate(request);
  const provisioned = owner.provisioned.get(key);
  if (provisioned === undefined) throw noProvisioned();
  if (provisioned.readsLeft >= 0) provisioned.readsLeft--;
  return { body: describeProvisioned(provisioned) };
};

const deleteProvisioned: LambdaHandler = (request) => {
  const { owner, key } = writable(request);
  owner.provisioned.delete(key);
  return { status: 204 };
};

const listProvisioned: LambdaHandler = (request) => {
  const owner = findFunction(request);
  const { page, ...marker } = paginate(request, [...owner.provisioned]);
  const configs = page.map(([key, provisioned]) => ({
    FunctionArn: `${owner.arn}:${key}`,
    ...describeProvisioned(provisioned),
  }));
  return { body: { ProvisionedConcurrencyConfigs: configs, ...marker } };
};

// --- asynchronous invocations ---

const putEventInvoke =
  (isUpdate: boolean): LambdaHandler =>
  (request) => {
    const { world, input, unknown } = request;
    const { owner, key, arn } = writable(request);
    const before = owner.eventInvoke.get(key)?.config;
    if (isUpdate && before === undefined) throw notFound(absent);
    const asked = { ...unknown, ...without(input, "FunctionName", "Qualifier") };
    const entry = { config: isUpdate ? { ...before, ...asked } : asked, modified: world.now() };
    owner.eventInvoke.set(key, entry);
    return { body: describeEventInvoke(arn, entry) };
  };

function describeEventInvoke(
  arn: string,
  { config, modified }: { readonly config: object; readonly modified: Date },
): object {
  return {
    FunctionArn: arn.split(":").length > 7 ? arn : `${arn}:$LATEST`,
    DestinationConfig: { OnSuccess: {}, OnFailure: {} },
    ...config,
    LastModified: modified.getTime() / 1000,
  };
}

const getEventInvoke: LambdaHandler = (request) => {
  const { owner, key, arn } = locate(request);
  const entry = owner.eventInvoke.get(key);
  if (entry === undefined) throw notFound(`The function ${arn} doesn't have an EventInvokeConfig`);
  return { body: describeEventInvoke(arn, entry) };
};

const deleteEventInvoke: LambdaHandler = (request) => {
  const { owner, key, arn } = writable(request);
  if (!owner.eventInvoke.delete(key)) throw notFound(`The function ${arn} doesn't have an EventInvokeConfig`);
  return { status: 204 };
};

const listEventInvoke: LambdaHandler = (request) => {
  const owner = findFunction(request);
  const { page, ...marker } = paginate(request, [...owner.eventInvoke]);
  const configs = page.map(([key, entry]) =>
    describeEventInvoke(key === "" ? owner.arn : `${owner.arn}:${key}`, entry),
  );
  return { body: { FunctionEventInvokeConfigs: configs, ...marker } };
};

// --- tags ---

function tagged(request: Parameters<LambdaHandler>[0]): FunctionState {
  const arn = String(request.input["Resource"]);
  if (arn.split(":").length !== 7)
    throw invalidParameter(`${arn} is not a function's ARN without a qualifier`);
  return findFunction({ ...request, input: { FunctionName: arn } });
}

function refuseReserved(names: readonly string[]): void {
  if (names.some((name) => name.startsWith("aws:"))) {
    throw invalidParameter("Tag keys starting with 'aws:' are reserved for system use.");
  }
}

const tagResource: LambdaHandler = (request) => {
  const owner = tagged(request);
  refuseWhileUnsettled(owner);
  const tags = request.input["Tags"] as Readonly<Record<string, string>>;
  refuseReserved(Object.keys(tags));
  for (const [name, value] of Object.entries(tags)) owner.tags.set(name, value);
  return { status: 204 };
};

const untagResource: LambdaHandler = (request) => {
  const owner = tagged(request);
  refuseWhileUnsettled(owner);
  const names = request.input["TagKeys"] as readonly string[];
  refuseReserved(names);
  for (const name of names) owner.tags.delete(name);
  return { status: 204 };
};

const listTags: LambdaHandler = (request) => ({ body: { Tags: Object.fromEntries(tagged(request).tags) } });

/** What stands around a function: policy, URL, concurrency, asynchronous invocations, tags. */
export const aroundHandlers: Readonly<Record<string, LambdaHandler>> = {
  AddPermission: addPermission,
  RemovePermission: removePermission,
  GetPolicy: getPolicy,
  CreateFunctionUrlConfig: createFunctionUrlConfig,
  GetFunctionUrlConfig: getFunctionUrlConfig,
  UpdateFunctionUrlConfig: updateFunctionUrlConfig,
  DeleteFunctionUrlConfig: deleteFunctionUrlConfig,
  ListFunctionUrlConfigs: listFunctionUrlConfigs,
  PutFunctionConcurrency: putFunctionConcurrency,
  GetFunctionConcurrency: getFunctionConcurrency,
  DeleteFunctionConcurrency: deleteFunctionConcurrency,
  PutProvisionedConcurrencyConfig: putProvisioned,
  GetProvisionedConcurrencyConfig: getProvisioned,
  DeleteProvisionedConcurrencyConfig: deleteProvisioned,
  ListProvisionedConcurrencyConfigs: listProvisioned,
  PutFunctionEventInvokeConfig: putEventInvoke(false),
  UpdateFunctionEventInvokeConfig: putEventInvoke(true),
  GetFunctionEventInvokeConfig: getEventInvoke,
  DeleteFunctionEventInvokeConfig: deleteEventInvoke,
  ListFunctionEventInvokeConfigs: listEventInvoke,
  TagResource: tagResource,
  UntagResource: untagResource,
  ListTags: listTags,
};
