import { setTimeout as sleep } from "node:timers/promises";
import { type Bucket, fullBucket, takeFrom } from "./bucket.ts";

/**
 * Paces calls of Lambda's control plane, shared by all functions that are deployed at once. AWS allows 15 a second for
 * all of them together, reads too, and 100 a second for GetFunction and 15 for GetPolicy on their own (the page "Lambda quotas").
 */
export interface CallLimiter {
  /** Resolves when the operation may be called. @throws the signal's reason when it aborts */
  readonly take: (operation: string, signal: AbortSignal) => Promise<void>;
  /** AWS throttled a call: nothing of its kind is sent for so many milliseconds. */
  readonly pause: (operation: string, milliseconds: number) => void;
}

/** Invocations count under concurrency, not under the limits of the control plane. */
const unlimited = new Set(["Invoke", "InvokeWithResponseStream", "GetCallerIdentity"]);

/** Operations with a limit of their own, in calls a second. */
const own: Readonly<Record<string, number>> = { GetFunction: 100, GetPolicy: 15 };
const shared = 15;
/**
 * How many may go at once after a rest: less than a second's worth, because what AWS sees is never as even as what is sent,
 * and a call that is refused costs all of them a second.
 */
const atOnce = 0.75;

/** @param now milliseconds that only grow */
export function createLimiter(now: () => number = () => performance.now()): CallLimiter {
  const buckets = new Map<string, Bucket>();
  const keyOf = (operation: string): string => (Object.hasOwn(own, operation) ? operation : "");
  const bucketOf = (key: string): Bucket => {
    const rate = own[key] ?? shared;
    return buckets.get(key) ?? fullBucket({ rate, capacity: Math.floor(rate * atOnce) }, now());
  };
  return {
    take: async (operation, signal) => {
      signal.throwIfAborted();
      if (unlimited.has(operation)) return;
      const key = keyOf(operation);
      const { bucket, wait } = takeFrom(bucketOf(key), now());
      buckets.set(key, bucket);
      if (wait > 0) await sleep(wait, undefined, { signal });
    },
    pause: (operation, milliseconds) => {
      const key = keyOf(operation);
      const bucket = bucketOf(key);
      const at = Math.max(bucket.at, now() + milliseconds);
      buckets.set(key, { ...bucket, tokens: Math.min(bucket.tokens, 0), at });
    },
  };
}
