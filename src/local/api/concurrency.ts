import type {
  DeleteFunctionConcurrencyRequest,
  GetFunctionConcurrencyRequest,
  PutFunctionConcurrencyRequest,
} from "@aws-sdk/client-lambda";
import { invalidParameter } from "../aws-fault.ts";
import type { FunctionRecord, VersionRecord } from "../state/function-record.ts";
import { inRegion } from "../state/local-state.ts";
import type { Call, OperationHandler } from "./call.ts";
import { findFunction, functionNotFound } from "./find-function.ts";

/** Invocations at once in an account and region: the AWS page "Lambda quotas". */
export const accountConcurrency = 1000;
/** What must stay for functions without a reservation: Developer Guide, "Configuring reserved concurrency". */
const leastUnreserved = 100;

export const putFunctionConcurrency: OperationHandler<PutFunctionConcurrencyRequest> = (input, call) => {
  const { record, qualifier } = findFunction(input.FunctionName, undefined, call, (arn) =>
    functionNotFound(`${arn}:$LATEST`),
  );
  if (qualifier !== undefined) {
    throw invalidParameter(
      "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. " +
        "Please specify either a function name or an unqualified function ARN.",
    );
  }
  const reserved = input.ReservedConcurrentExecutions!;
  if (unreservedConcurrency(call, record) - reserved < leastUnreserved) {
    throw invalidParameter(
      "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution " +
        `below its minimum value of [${leastUnreserved}].`,
    );
  }
  reserveConcurrency(record, reserved);
  return { ReservedConcurrentExecutions: reserved };
};

export const getFunctionConcurrency: OperationHandler<GetFunctionConcurrencyRequest> = (input, call) => {
  const { record } = findFunction(input.FunctionName, undefined, call);
  const { reservedConcurrency } = record;
  return reservedConcurrency === undefined ? {} : { ReservedConcurrentExecutions: reservedConcurrency };
};

export const deleteFunctionConcurrency: OperationHandler<DeleteFunctionConcurrencyRequest> = (
  input,
  call,
) => {
  reserveConcurrency(findFunction(input.FunctionName, undefined, call).record, undefined);
  return undefined;
};

/** What is left for functions without a reservation, `except` one function's own. */
export function unreservedConcurrency(call: Call, except?: FunctionRecord): number {
  return inRegion(call.world.state.functions, call.region)
    .filter((record) => record !== except)
    .reduce((left, { reservedConcurrency }) => left - (reservedConcurrency ?? 0), accountConcurrency);
}

/** The environments stay: only how many there may be changes. */
export function reserveConcurrency(record: FunctionRecord, reserved: number | undefined): void {
  const change = (version: VersionRecord): VersionRecord => ({
    ...version,
    runnable: { ...version.runnable, reservedConcurrency: reserved },
  });
  record.reservedConcurrency = reserved;
  record.latest = change(record.latest);
  for (const [number, version] of record.versions) record.versions.set(number, change(version));
}
