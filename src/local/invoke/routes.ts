import type { Executor } from "../contract.ts";
import type { Directory } from "../directory.ts";
import type { Routes } from "../route.ts";
import { createEventQueue } from "./event-queue.ts";
import { createInvoke, createInvokeAsync, type InvokePorts } from "./invoke.ts";
import { synchronousLimit } from "./payload.ts";
import type { RetryWaits } from "./plan-attempt.ts";
import { createInvokeWithResponseStream } from "./response-stream.ts";

export interface InvokeOptions {
  readonly directory: Directory;
  readonly executor: Executor;
  readonly now: () => Date;
  readonly retryWaits?: RetryWaits;
  readonly onTrouble?: (message: string) => void;
}

/** The operations that run functions. */
export function createInvokeRoutes(options: InvokeOptions): Routes {
  const queue = createEventQueue(options);
  const ports: InvokePorts = { ...options, queue };
  return {
    lambda: [
      {
        operation: "Invoke",
        method: "POST",
        pattern: "/2015-03-31/functions/{FunctionName}/invocations",
        bodyLimit: synchronousLimit,
        handler: createInvoke(ports),
      },
      {
        operation: "InvokeAsync",
        method: "POST",
        pattern: "/2014-11-13/functions/{FunctionName}/invoke-async",
        bodyLimit: synchronousLimit,
        handler: createInvokeAsync(ports),
      },
      {
        operation: "InvokeWithResponseStream",
        method: "POST",
        pattern: "/2021-11-15/functions/{FunctionName}/response-streaming-invocations",
        bodyLimit: synchronousLimit,
        handler: createInvokeWithResponseStream(ports),
      },
    ],
    dispose: async () => queue.dispose(),
  };
}
