/** Measures time for which a worker waits for something that is not its own. */
export interface Hold {
  readonly until: <T>(work: Promise<T>) => Promise<T>;
  /** Milliseconds so far, those that run now included. */
  readonly total: () => number;
}

export function createHold(): Hold {
  let past = 0;
  let since: number | undefined;
  return {
    until: async (work) => {
      since = performance.now();
      try {
        return await work;
      } finally {
        past += performance.now() - since;
        since = undefined;
      }
    },
    total: () => past + (since === undefined ? 0 : performance.now() - since),
  };
}
