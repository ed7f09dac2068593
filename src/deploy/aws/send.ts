import { setTimeout as sleep } from "node:timers/promises";
import type { CallLimiter } from "./call-limiter.ts";
import { type FailedCall, judgeFault, judgeTrouble, type SdkFault } from "./judge-fault.ts";
import { planRetry } from "./plan-retry.ts";

/**
 * Sends a call until it is answered or given up, each attempt in its turn.
 *
 * @throws BrigError what became of it; the signal's reason when it aborts
 */
export async function sendPaced<Answer>(
  call: FailedCall,
  attempt: () => Promise<Answer>,
  limiter: CallLimiter,
  signal: AbortSignal,
): Promise<Answer> {
  const { operation, input } = call;
  for (let count = 1; ; count += 1) {
    await limiter.take(operation, signal);
    try {
      return await attempt();
    } catch (cause) {
      signal.throwIfAborted();
      const fault = cause as SdkFault;
      const trouble = judgeTrouble(fault);
      const wait = planRetry(operation, input, trouble, count, Math.random());
      if (wait === undefined) throw judgeFault(fault, call);
      if (trouble.kind === "throttled") limiter.pause(operation, wait);
      await sleep(wait, undefined, { signal });
    }
  }
}
