/** What came of one attempt to call AWS. */
export type Trouble =
  | { readonly kind: "throttled"; readonly retryAfter: number | undefined }
  /** The connection could not be made: AWS has seen nothing of the call. */
  | { readonly kind: "unreachable" }
  /** The connection broke, or AWS failed inside: it is not known whether it acted. */
  | { readonly kind: "uncertain" }
  | { readonly kind: "refused" };

const most = { throttled: 10, unreachable: 3, uncertain: 5 } as const;
/** Milliseconds. */
const longest = 8000;

/**
 * How long to wait before the call is sent again, in milliseconds; `undefined` when it is not. Waits double, and half of
 * each is left to chance, so that many callers do not come back at once.
 *
 * @param attempt that failed, from 1
 * @param chance from 0 to 1
 */
export function planRetry(
  operation: string,
  input: Readonly<Record<string, unknown>>,
  trouble: Trouble,
  attempt: number,
  chance: number,
): number | undefined {
  if (trouble.kind === "refused" || isInvocation(operation)) return undefined;
  if (trouble.kind === "uncertain" && !isRepeatable(operation, input)) return undefined;
  if (attempt >= most[trouble.kind]) return undefined;
  const backoff = Math.min(longest, 100 * 2 ** attempt) * (0.5 + chance / 2);
  const asked = trouble.kind === "throttled" ? (trouble.retryAfter ?? 0) : 0;
  return Math.max(backoff, asked);
}

/** An invocation may do anything, so it is never repeated. */
export function isInvocation(operation: string): boolean {
  return operation.startsWith("Invoke");
}

/** Reads, and writes of which a second one changes nothing. With a RevisionId a second one would be refused for the first. */
function isRepeatable(operation: string, input: Readonly<Record<string, unknown>>): boolean {
  if (/^(Get|List|Head|Describe|Filter)/.test(operation)) return true;
  return /^(Put|Update|Tag|Untag|PublishVersion)/.test(operation) && input["RevisionId"] === undefined;
}
