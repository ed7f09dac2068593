import { conflict, notFound } from "../../../src/local/aws-fault.ts";
import type { FunctionState, World } from "../world.ts";
import { locate, locateToWrite, absent } from "./place.ts";
import { type LambdaHandler, guard } from "./request.ts";

/** A policy's change is one of the function or alias that it belongs to. */
function touch(world: World, owner: FunctionState, key: string): void {
  const alias = owner.aliases.get(key);
  if (alias === undefined) owner.latest.revisionId = world.newRevision();
  else alias.revisionId = world.newRevision();
}

const addPermission: LambdaHandler = (request) => {
  const { world, input, unknown } = request;
  const { owner, key, arn } = locateToWrite(request);
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
  const { owner, key } = locateToWrite(request);
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
  if (policy === undefined) throw absent();
  const document = { Version: "2012-10-17", Id: "default", Statement: [...policy.statements.values()] };
  return { body: { Policy: JSON.stringify(document), RevisionId: policy.revisionId } };
};

export const policyHandlers: Readonly<Record<string, LambdaHandler>> = {
  AddPermission: addPermission,
  RemovePermission: removePermission,
  GetPolicy: getPolicy,
};
