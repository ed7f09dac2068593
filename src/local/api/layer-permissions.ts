import type {
  AddLayerVersionPermissionRequest,
  GetLayerVersionPolicyRequest,
  RemoveLayerVersionPermissionRequest,
} from "@aws-sdk/client-lambda";
import { randomUUID } from "node:crypto";
import { type AwsFault, conflict, notFound } from "../aws-fault.ts";
import type { OperationHandler } from "./call.ts";
import { checkRevision } from "./find-function.ts";
import { findLayerVersion } from "./find-layer.ts";
import { renderPolicy, renderStatement } from "./policy-statement.ts";

export const addLayerVersionPermission: OperationHandler<AddLayerVersionPermissionRequest> = (
  input,
  call,
) => {
  const { version } = findLayerVersion(input.LayerName, input.VersionNumber, call, absent);
  checkRevision(input.RevisionId, version.policy?.revisionId, "GetLayerPolicy");
  const statements = version.policy?.statements ?? [];
  if (statements.some(({ Sid }) => Sid === input.StatementId)) {
    throw conflict(
      `The statement id (${input.StatementId}) provided already exists. ` +
        "Please provide a new statement id, or remove the existing statement.",
    );
  }
  const statement = renderStatement(input, version.arn);
  const revisionId = randomUUID();
  version.policy = { statements: [...statements, statement], revisionId };
  return { Statement: JSON.stringify(statement), RevisionId: revisionId };
};

export const getLayerVersionPolicy: OperationHandler<GetLayerVersionPolicyRequest> = (input, call) => {
  const { version } = findLayerVersion(input.LayerName, input.VersionNumber, call, absent);
  if (version.policy === undefined) {
    throw notFound("No policy is associated with the given resource.");
  }
  return { Policy: renderPolicy(version.policy), RevisionId: version.policy.revisionId };
};

export const removeLayerVersionPermission: OperationHandler<RemoveLayerVersionPermissionRequest> = (
  input,
  call,
) => {
  const { version } = findLayerVersion(input.LayerName, input.VersionNumber, call, absent);
  const { policy } = version;
  if (policy === undefined) throw notFound("No policy is associated with the given resource.");
  checkRevision(input.RevisionId, policy.revisionId, "GetLayerPolicy");
  const statements = policy.statements.filter(({ Sid }) => Sid !== input.StatementId);
  if (statements.length === policy.statements.length) {
    throw notFound(`Statement ${input.StatementId} is not found in resource policy.`);
  }
  version.policy = statements.length === 0 ? undefined : { statements, revisionId: randomUUID() };
  return undefined;
};

function absent(arn: string): AwsFault {
  return notFound(`Layer version ${arn} does not exist.`);
}
