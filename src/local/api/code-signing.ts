import type {
  CreateCodeSigningConfigRequest,
  DeleteCodeSigningConfigRequest,
  DeleteFunctionCodeSigningConfigRequest,
  GetCodeSigningConfigRequest,
  GetFunctionCodeSigningConfigRequest,
  ListCodeSigningConfigsRequest,
  ListFunctionsByCodeSigningConfigRequest,
  PutFunctionCodeSigningConfigRequest,
  UpdateCodeSigningConfigRequest,
} from "@aws-sdk/client-lambda";
import { createHash, randomUUID } from "node:crypto";
import { AwsFault, conflict, notFound } from "../aws-fault.ts";
import type { CodeSigningRecord, FunctionRecord } from "../state/function-record.ts";
import { inRegion, keyOf } from "../state/local-state.ts";
import { renderTime } from "../state/make-version.ts";
import type { Call, OperationHandler } from "./call.ts";
import { findFunction } from "./find-function.ts";
import { paginate, renderPage } from "./paginate.ts";

/* Accepted and handed back: signatures are not checked here. */

export const createCodeSigningConfig: OperationHandler<CreateCodeSigningConfigRequest> = (input, call) => {
  const id = `csc-${createHash("sha256").update(randomUUID()).digest("hex").slice(0, 17)}`;
  const record: CodeSigningRecord = {
    id,
    arn: `arn:aws:lambda:${call.region}:${call.account}:code-signing-config:${id}`,
    description: input.Description ?? "",
    allowedPublishers: { ...input.AllowedPublishers },
    untrusted: input.CodeSigningPolicies?.UntrustedArtifactOnDeployment ?? "Warn",
    lastModified: renderTime(call.world.now()),
  };
  call.world.state.codeSigning.set(keyOf(call.region, record.arn), record);
  return { CodeSigningConfig: describe(record) };
};

export const getCodeSigningConfig: OperationHandler<GetCodeSigningConfigRequest> = (input, call) => ({
  CodeSigningConfig: describe(find(input.CodeSigningConfigArn, call)),
});

export const updateCodeSigningConfig: OperationHandler<UpdateCodeSigningConfigRequest> = (input, call) => {
  const before = find(input.CodeSigningConfigArn, call);
  const record: CodeSigningRecord = {
    ...before,
    description: input.Description ?? before.description,
    allowedPublishers: input.AllowedPublishers ? { ...input.AllowedPublishers } : before.allowedPublishers,
    untrusted: input.CodeSigningPolicies?.UntrustedArtifactOnDeployment ?? before.untrusted,
    lastModified: renderTime(call.world.now()),
  };
  call.world.state.codeSigning.set(keyOf(call.region, record.arn), record);
  return { CodeSigningConfig: describe(record) };
};

export const deleteCodeSigningConfig: OperationHandler<DeleteCodeSigningConfigRequest> = (input, call) => {
  const { arn } = find(input.CodeSigningConfigArn, call);
  if (functionsWith(arn, call).length > 0) {
    throw conflict(`Cannot delete the code signing configuration ${arn}: functions use it.`);
  }
  call.world.state.codeSigning.delete(keyOf(call.region, arn));
  return undefined;
};

export const listCodeSigningConfigs: OperationHandler<ListCodeSigningConfigsRequest> = (input, call) => {
  const items = inRegion(call.world.state.codeSigning, call.region).map(describe);
  return renderPage("CodeSigningConfigs", paginate(items, input.Marker, input.MaxItems));
};

export const listFunctionsByCodeSigningConfig: OperationHandler<ListFunctionsByCodeSigningConfigRequest> = (
  input,
  call,
) => {
  const { arn } = find(input.CodeSigningConfigArn, call);
  const page = paginate(functionsWith(arn, call), input.Marker, input.MaxItems);
  return {
    FunctionArns: page.items.map((record) => record.arn),
    ...(page.nextMarker !== undefined && { NextMarker: page.nextMarker }),
  };
};

export const putFunctionCodeSigningConfig: OperationHandler<PutFunctionCodeSigningConfigRequest> = (
  input,
  call,
) => {
  const arn = input.CodeSigningConfigArn!;
  if (!call.world.state.codeSigning.has(keyOf(call.region, arn))) {
    throw new AwsFault(
      404,
      "CodeSigningConfigNotFoundException",
      `The code signing configuration cannot be found. Check that the provided configuration is not deleted: ${arn}.`,
    );
  }
  const { record } = findFunction(input.FunctionName, undefined, call);
  record.codeSigningConfigArn = arn;
  return { CodeSigningConfigArn: arn, FunctionName: record.name };
};

export const getFunctionCodeSigningConfig: OperationHandler<GetFunctionCodeSigningConfigRequest> = (
  input,
  call,
) => {
  const { record } = findFunction(input.FunctionName, undefined, call);
  return { CodeSigningConfigArn: record.codeSigningConfigArn ?? "", FunctionName: record.name };
};

export const deleteFunctionCodeSigningConfig: OperationHandler<DeleteFunctionCodeSigningConfigRequest> = (
  input,
  call,
) => {
  findFunction(input.FunctionName, undefined, call).record.codeSigningConfigArn = undefined;
  return undefined;
};

function find(arn: string | undefined, call: Call): CodeSigningRecord {
  const record = call.world.state.codeSigning.get(keyOf(call.region, arn ?? ""));
  if (record === undefined) {
    throw notFound(`The Lambda code signing configuration ${arn} can not be found.`);
  }
  return record;
}

function functionsWith(arn: string, call: Call): readonly FunctionRecord[] {
  return inRegion(call.world.state.functions, call.region).filter(
    ({ codeSigningConfigArn }) => codeSigningConfigArn === arn,
  );
}

function describe(record: CodeSigningRecord): object {
  return {
    CodeSigningConfigId: record.id,
    CodeSigningConfigArn: record.arn,
    Description: record.description,
    AllowedPublishers: record.allowedPublishers,
    CodeSigningPolicies: { UntrustedArtifactOnDeployment: record.untrusted },
    LastModified: record.lastModified,
  };
}
