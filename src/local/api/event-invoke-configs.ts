import type {
  DeleteFunctionEventInvokeConfigRequest,
  DestinationConfig,
  GetFunctionEventInvokeConfigRequest,
  ListFunctionEventInvokeConfigsRequest,
  PutFunctionEventInvokeConfigRequest,
  UpdateFunctionEventInvokeConfigRequest,
} from "@aws-sdk/client-lambda";
import { type AwsFault, invalidParameter, notFound } from "../aws-fault.ts";
import type { EventInvokeRecord, FunctionRecord } from "../state/function-record.ts";
import { parseReference, qualifiedArn } from "../state/function-reference.ts";
import { keyOf } from "../state/local-state.ts";
import type { Call, OperationHandler } from "./call.ts";
import { findFunction, lookUpVersion } from "./find-function.ts";
import { paginate, renderPage } from "./paginate.ts";

type PutInput = PutFunctionEventInvokeConfigRequest;

/** Replaces the whole configuration. */
export const putFunctionEventInvokeConfig: OperationHandler<PutInput> = (input, call) => {
  const { record, qualifier } = findConfigurable(input, call);
  return settle(record, qualifier, input, undefined, call);
};

/** Changes only what is given. */
export const updateFunctionEventInvokeConfig: OperationHandler<UpdateFunctionEventInvokeConfigRequest> = (
  input,
  call,
) => {
  const { record, qualifier } = findConfigurable(input, call);
  const before = record.eventInvoke.get(qualifier);
  if (before === undefined) throw noConfiguration(qualifiedArn(record.arn, qualifier));
  return settle(record, qualifier, input, before, call);
};

export const getFunctionEventInvokeConfig: OperationHandler<GetFunctionEventInvokeConfigRequest> = (
  input,
  call,
) => {
  const { record, qualifier } = findConfigured(input, call);
  return describe(record, qualifier);
};

export const deleteFunctionEventInvokeConfig: OperationHandler<DeleteFunctionEventInvokeConfigRequest> = (
  input,
  call,
) => {
  const { record, qualifier } = findConfigured(input, call);
  record.eventInvoke.delete(qualifier);
  return undefined;
};

export const listFunctionEventInvokeConfigs: OperationHandler<ListFunctionEventInvokeConfigsRequest> = (
  input,
  call,
) => {
  const { record } = findFunction(input.FunctionName, undefined, call, absent);
  const items = [...record.eventInvoke.keys()].map((qualifier) => describe(record, qualifier));
  return renderPage("FunctionEventInvokeConfigs", paginate(items, input.Marker, input.MaxItems));
};

interface Configured {
  readonly record: FunctionRecord;
  readonly qualifier: string;
}

function findConfigurable(input: Pick<PutInput, "FunctionName" | "Qualifier">, call: Call): Configured {
  const { record, qualifier = "$LATEST" } = findFunction(input.FunctionName, input.Qualifier, call, absent);
  if (lookUpVersion(record, qualifier) === undefined) throw absent();
  return { record, qualifier };
}

/** Whatever is missing, function or configuration, the answer is the same. */
function findConfigured(input: Pick<PutInput, "FunctionName" | "Qualifier">, call: Call): Configured {
  const { name, qualifier = "$LATEST" } = parseReference(input.FunctionName!, input.Qualifier, call);
  const record = call.world.state.functions.get(keyOf(call.region, name));
  if (record?.eventInvoke.has(qualifier) !== true) {
    throw noConfiguration(`arn:aws:lambda:${call.region}:${call.account}:function:${name}:${qualifier}`);
  }
  return { record, qualifier };
}

function absent(): AwsFault {
  return notFound("The function doesn't exist.");
}

function noConfiguration(arn: string): AwsFault {
  return notFound(`The function ${arn} doesn't have an EventInvokeConfig`);
}

function settle(
  record: FunctionRecord,
  qualifier: string,
  input: PutInput,
  before: EventInvokeRecord | undefined,
  call: Call,
): object {
  const { MaximumRetryAttempts, MaximumEventAgeInSeconds, DestinationConfig: given } = input;
  if (MaximumRetryAttempts === undefined && MaximumEventAgeInSeconds === undefined && given === undefined) {
    throw invalidParameter("You must specify at least one of error handling or destination setting.");
  }
  checkDestinations(record, given, call);
  record.eventInvoke.set(qualifier, {
    maximumRetryAttempts: MaximumRetryAttempts ?? before?.maximumRetryAttempts,
    maximumEventAge: MaximumEventAgeInSeconds ?? before?.maximumEventAge,
    onSuccess: given === undefined ? before?.onSuccess : given.OnSuccess?.Destination || undefined,
    onFailure: given === undefined ? before?.onFailure : given.OnFailure?.Destination || undefined,
    lastModified: call.world.now().getTime(),
  });
  return describe(record, qualifier);
}

function checkDestinations(record: FunctionRecord, given: DestinationConfig | undefined, call: Call): void {
  for (const arn of [given?.OnSuccess?.Destination, given?.OnFailure?.Destination]) {
    if (!arn) continue;
    const [, , service, region, , kind, name = ""] = arn.split(":");
    if (!["lambda", "sqs", "sns", "events", "s3"].includes(service ?? "")) {
      const part = (side: string, value: string | undefined): string =>
        `on${side}=${value === undefined ? "null" : `On${side}(destination=${value})`}`;
      const sides = [
        part("Success", given?.OnSuccess?.Destination),
        part("Failure", given?.OnFailure?.Destination),
      ];
      throw invalidParameter(
        `The provided destination config DestinationConfig(${sides.join(", ")}) is invalid.`,
      );
    }
    if (service !== "lambda") continue;
    if (arn === record.arn || arn.startsWith(`${record.arn}:`)) {
      throw invalidParameter("You can't specify the function as a destination for itself.");
    }
    if (kind !== "function" || !call.world.state.functions.has(keyOf(region ?? "", name))) {
      throw invalidParameter(`The destination ARN ${arn} is invalid.`);
    }
  }
}

function describe(record: FunctionRecord, qualifier: string): object {
  const config = record.eventInvoke.get(qualifier)!;
  return {
    FunctionArn: qualifiedArn(record.arn, qualifier),
    LastModified: config.lastModified / 1000,
    ...(config.maximumRetryAttempts !== undefined && { MaximumRetryAttempts: config.maximumRetryAttempts }),
    ...(config.maximumEventAge !== undefined && { MaximumEventAgeInSeconds: config.maximumEventAge }),
    DestinationConfig: {
      OnSuccess: config.onSuccess === undefined ? {} : { Destination: config.onSuccess },
      OnFailure: config.onFailure === undefined ? {} : { Destination: config.onFailure },
    },
  };
}
