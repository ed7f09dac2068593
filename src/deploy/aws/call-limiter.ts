import { setTimeout as sleep } from "node:timers/promises";
import { type Bucket, fullBucket, takeFrom } from "./bucket.ts";

/**
 * Paces calls of Lambda's control plane, shared by all functions that are deployed at once. AWS allows 15 a second for
 * all of them together, reads too, and 100 a second for GetFunction on its own (the page "Lambda quotas").
 */
export interface CallLimiter {
  /** Resolves when the operation may be called. @throws the signal's reason when it aborts */
  readonly take: (operation: string, signal: AbortSignal) => Promise<void>;
  /** AWS throttled a call: nothing of its kind is sent for so many milliseconds. */
  readonly pause: (operation: string, milliseconds: number) => void;
}

/** Invocations count under concurrency, not under the limits of the control plane. */
const unlimited = new Set(["Invoke", "InvokeWithResponseStream", "GetCallerIdentity"]);

/** @param now milliseconds that only grow */
export function createLimiter(now: () => number = () => performance.now()): CallLimiter {
  const buckets: Record<"read" | "other", Bucket> = {
    read: fullBucket({ rate: 100, capacity: 50 }, now()),
    other: fullBucket({ rate: 15, capacity: 15 }, now()),
  };
  const bucketOf = (operation: string): "read" | "other" => (operation === "GetFunction" ? "read" : "other");
  return {
    take: async (operation, signal) => {
      signal.throwIfAborted();
      if (unlimited.has(operation)) return;
      const key = bucketOf(operation);
      const { bucket, wait } = takeFrom(buckets[key], now());
      buckets[key] = bucket;
      if (wait > 0) await sleep(wait, undefined, { signal });
    },
    pause: (operation, milliseconds) => {
      const key = bucketOf(operation);
      const bucket = buckets[key];
      buckets[key] = {
        ...bucket,
        tokens: Math.min(bucket.tokens, 0),
        at: Math.max(bucket.at, now() + milliseconds),
      };
    },
  };
}
