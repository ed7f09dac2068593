/** AWS's token buckets: what a second allows may come at once, then it is earned back evenly. */
export interface TokenBucket {
  /** Whether a call at this time (milliseconds) may pass; it takes its token. */
  readonly take: (at: number) => boolean;
}

export function createTokenBucket(perSecond: number): TokenBucket {
  let tokens = perSecond;
  let last: number | undefined;
  return {
    take: (at) => {
      tokens = Math.min(perSecond, tokens + ((at - (last ?? at)) / 1000) * perSecond);
      last = at;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}

/** The control plane's limits: the AWS page "Lambda quotas", API requests. */
export function createThrottle(): (operation: string, at: number) => boolean {
  const getFunction = createTokenBucket(100);
  const getPolicy = createTokenBucket(15);
  const others = createTokenBucket(15);
  return (operation, at) => {
    if (operation === "Invoke" || operation === "InvokeWithResponseStream") return true;
    return (operation === "GetFunction" ? getFunction : operation === "GetPolicy" ? getPolicy : others).take(
      at,
    );
  };
}
