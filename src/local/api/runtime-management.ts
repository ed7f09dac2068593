import type {
  GetFunctionRecursionConfigRequest,
  GetRuntimeManagementConfigRequest,
  PutFunctionRecursionConfigRequest,
  PutRuntimeManagementConfigRequest,
} from "@aws-sdk/client-lambda";
import { invalidParameter } from "../aws-fault.ts";
import { qualifiedArn } from "../state/function-reference.ts";
import type { OperationHandler } from "./call.ts";
import { findFunction, findVersion } from "./find-function.ts";

/* Accepted and handed back: the runtimes here are the host's, and recursion is not watched for. */

export const putRuntimeManagementConfig: OperationHandler<PutRuntimeManagementConfigRequest> = (
  input,
  call,
) => {
  const { record, qualifier = "$LATEST" } = findFunction(input.FunctionName, input.Qualifier, call);
  findVersion(record, qualifier);
  const updateOn = input.UpdateRuntimeOn!;
  if ((updateOn === "Manual") !== (input.RuntimeVersionArn !== undefined)) {
    throw invalidParameter(
      updateOn === "Manual"
        ? "You must provide a runtime version ARN when using the UpdateRuntimeOn Manual mode."
        : `The runtime version ARN is not supported when using the UpdateRuntimeOn ${updateOn} mode.`,
    );
  }
  record.runtimeManagement.set(qualifier, { updateOn, runtimeArn: input.RuntimeVersionArn });
  return {
    FunctionArn: qualifiedArn(record.arn, qualifier),
    UpdateRuntimeOn: updateOn,
    ...(input.RuntimeVersionArn !== undefined && { RuntimeVersionArn: input.RuntimeVersionArn }),
  };
};

export const getRuntimeManagementConfig: OperationHandler<GetRuntimeManagementConfigRequest> = (
  input,
  call,
) => {
  const { record, qualifier = "$LATEST" } = findFunction(input.FunctionName, input.Qualifier, call);
  findVersion(record, qualifier);
  const { updateOn = "Auto", runtimeArn } = record.runtimeManagement.get(qualifier) ?? {};
  return {
    FunctionArn: qualifiedArn(record.arn, qualifier),
    UpdateRuntimeOn: updateOn,
    ...(runtimeArn !== undefined && { RuntimeVersionArn: runtimeArn }),
  };
};

export const putFunctionRecursionConfig: OperationHandler<PutFunctionRecursionConfigRequest> = (
  input,
  call,
) => {
  const { record } = findFunction(input.FunctionName, undefined, call);
  record.recursiveLoop = input.RecursiveLoop!;
  return { RecursiveLoop: record.recursiveLoop };
};

export const getFunctionRecursionConfig: OperationHandler<GetFunctionRecursionConfigRequest> = (
  input,
  call,
) => ({
  RecursiveLoop: findFunction(input.FunctionName, undefined, call).record.recursiveLoop,
});
