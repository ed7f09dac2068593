/** What the pool of a version looks like when an invocation comes. */
export interface PoolView {
  /** Environments that wait for work. */
  readonly idle: number;
  /** All environments of the version, busy ones and those that start included. */
  readonly live: number;
  /** Invocations of the function under way or waiting, all versions together. */
  readonly running: number;
  /** Reserved concurrency of the function. */
  readonly reserved: number | undefined;
  /** The most environments of one version on this machine. */
  readonly limit: number;
}

export type PoolDecision = "reuse" | "start" | "wait" | "refuse";

/**
 * What to do with an invocation: one environment runs one at a time. Over the reserved concurrency Lambda refuses;
 * over what this machine can bear, which Lambda does not know, it waits for an environment.
 */
export function selectEnvironment({ idle, live, running, reserved, limit }: PoolView): PoolDecision {
  if (reserved !== undefined && running >= reserved) return "refuse";
  if (idle > 0) return "reuse";
  return live < limit ? "start" : "wait";
}

/** Environments that have waited for longer than they may. */
export function selectStale<T extends { readonly idleSince: number }>(
  idle: readonly T[],
  now: number,
  idleTime: number,
): readonly T[] {
  return idle.filter(({ idleSince }) => now - idleSince >= idleTime);
}
