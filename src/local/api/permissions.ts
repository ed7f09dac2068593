import type { AddPermissionRequest, GetPolicyRequest, RemovePermissionRequest } from "@aws-sdk/client-lambda";
import { randomUUID } from "node:crypto";
import { conflict, invalidParameter, notFound } from "../aws-fault.ts";
import type { FunctionRecord } from "../state/function-record.ts";
import { qualifiedArn } from "../state/function-reference.ts";
import type { OperationHandler } from "./call.ts";
import { checkRevision, findAlias, findFunction, findVersion } from "./find-function.ts";
import { renderPolicy, renderStatement } from "./policy-statement.ts";

export const addPermission: OperationHandler<AddPermissionRequest> = (input, call) => {
  const { record, qualifier } = findFunction(input.FunctionName, input.Qualifier, call);
  if (qualifier === "$LATEST") {
    throw invalidParameter("We currently do not support adding policies for $LATEST.");
  }
  checkQualifier(record, qualifier);
  const policy = record.policies.get(qualifier ?? "");
  checkRevision(input.RevisionId, policy?.revisionId ?? record.latest.revisionId, "GetPolicy");
  const statements = policy?.statements ?? [];
  if (statements.some(({ Sid }) => Sid === input.StatementId)) {
    throw conflict(
      `The statement id (${input.StatementId}) provided already exists. ` +
        "Please provide a new statement id, or remove the existing statement.",
    );
  }
  const statement = renderStatement(input, qualifiedArn(record.arn, qualifier));
  record.policies.set(qualifier ?? "", {
    statements: [...statements, statement],
    revisionId: randomUUID(),
  });
  return { Statement: JSON.stringify(statement) };
};

export const getPolicy: OperationHandler<GetPolicyRequest> = (input, call) => {
  const absent = "The resource you requested does not exist.";
  const { record, qualifier } = findFunction(input.FunctionName, input.Qualifier, call);
  const policy = record.policies.get(qualifier ?? "");
  if (policy === undefined) throw notFound(absent);
  return { Policy: renderPolicy(policy), RevisionId: policy.revisionId };
};

export const removePermission: OperationHandler<RemovePermissionRequest> = (input, call) => {
  const { record, qualifier } = findFunction(input.FunctionName, input.Qualifier, call, (arn) =>
    notFound(`No policy found for: ${arn}`),
  );
  checkQualifier(record, qualifier);
  const policy = record.policies.get(qualifier ?? "");
  if (policy === undefined) throw notFound("No policy is associated with the given resource.");
  checkRevision(input.RevisionId, policy.revisionId, "GetPolicy");
  const statements = policy.statements.filter(({ Sid }) => Sid !== input.StatementId);
  if (statements.length === policy.statements.length) {
    throw notFound(`Statement ${input.StatementId} is not found in resource policy.`);
  }
  if (statements.length === 0) record.policies.delete(qualifier ?? "");
  else record.policies.set(qualifier ?? "", { statements, revisionId: randomUUID() });
  return undefined;
};

/** Names of aliases and of anything else are told apart in AWS's errors. */
function checkQualifier(record: FunctionRecord, qualifier: string | undefined): void {
  if (qualifier === undefined || !/^(?!\d+$)[a-zA-Z0-9-_]+$/.test(qualifier)) findVersion(record, qualifier);
  else findAlias(record, qualifier, "Cannot find alias arn");
}
