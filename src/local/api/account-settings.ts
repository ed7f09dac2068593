import { unzippedLimit, zippedLimit } from "../../build/limits.ts";
import { inRegion, versionsOf } from "../state/local-state.ts";
import type { OperationHandler } from "./call.ts";
import { accountConcurrency, unreservedConcurrency } from "./concurrency.ts";

/** 300 GB: the AWS page "Lambda quotas", storage for uploaded functions. */
const totalCodeSize = 322_122_547_200;

export const getAccountSettings: OperationHandler<object> = (_, call) => {
  const records = inRegion(call.world.state.functions, call.region);
  const sizes = records.flatMap(versionsOf).map(({ code }) => code.size);
  return {
    AccountLimit: {
      TotalCodeSize: totalCodeSize,
      CodeSizeUnzipped: unzippedLimit,
      CodeSizeZipped: zippedLimit,
      ConcurrentExecutions: accountConcurrency,
      UnreservedConcurrentExecutions: unreservedConcurrency(call),
    },
    AccountUsage: {
      TotalCodeSize: sizes.reduce((sum, size) => sum + size, 0),
      FunctionCount: records.length,
    },
  };
};
