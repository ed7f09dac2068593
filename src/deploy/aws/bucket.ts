/** A token bucket as plain data: `tokens` at the time `at`, in milliseconds; fewer than none are promised ahead. */
export interface Bucket {
  /** Tokens a second. */
  readonly rate: number;
  /** How many may be taken at once after a rest. */
  readonly capacity: number;
  readonly tokens: number;
  readonly at: number;
}

export function fullBucket(limit: { readonly rate: number; readonly capacity: number }, now: number): Bucket {
  return { ...limit, tokens: limit.capacity, at: now };
}

/**
 * Takes one token. Where there is none, it is promised: `wait` tells the milliseconds until it is there, and who comes
 * later waits behind.
 */
export function takeFrom(bucket: Bucket, now: number): { readonly bucket: Bucket; readonly wait: number } {
  const { rate, capacity } = bucket;
  // A bucket that was paused counts from a time that is still to come.
  const elapsed = Math.max(0, now - bucket.at);
  const tokens = Math.min(capacity, bucket.tokens + (elapsed * rate) / 1000) - 1;
  const at = Math.max(bucket.at, now);
  const wait = Math.max(0, at - now) + (tokens < 0 ? (-tokens * 1000) / rate : 0);
  return { bucket: { ...bucket, tokens, at }, wait };
}
