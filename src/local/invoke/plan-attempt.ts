import type { EventInvokeSettings } from "../directory.ts";

/** How an attempt to run a queued event ended. */
export type AttemptEnd = "succeeded" | "failed" | "throttled" | "zero-concurrency";

/** AWS's words for why an event left the queue. */
export type Condition = "Success" | "RetriesExhausted" | "EventAgeExceeded" | "ZeroReservedConcurrency";

export type NextStep =
  | { readonly kind: "wait"; readonly milliseconds: number }
  | { readonly kind: "leave"; readonly condition: Condition };

/** Milliseconds to wait before the second and the third attempt of a failed event. */
export type RetryWaits = readonly [number, number];

export interface Attempt {
  readonly end: AttemptEnd;
  /** Attempts that the function failed, this one included; throttled ones do not count. */
  readonly failures: number;
  /** Throttled attempts in a row, this one included. */
  readonly throttles: number;
  /** Milliseconds since the event was queued. */
  readonly age: number;
}

/**
 * Whether a queued event is tried again. AWS waits one minute, then two, after errors; it waits a second, doubling up to
 * five minutes, after throttling (AWS, "Error handling for asynchronous invocation").
 */
export function planNextStep(attempt: Attempt, settings: EventInvokeSettings, waits: RetryWaits): NextStep {
  if (attempt.end === "succeeded") return { kind: "leave", condition: "Success" };
  if (attempt.end === "zero-concurrency") return { kind: "leave", condition: "ZeroReservedConcurrency" };
  if (attempt.end === "failed") {
    if (attempt.failures > settings.maximumRetryAttempts) {
      return { kind: "leave", condition: "RetriesExhausted" };
    }
    return waitOrExpire(waits[attempt.failures === 1 ? 0 : 1], attempt, settings);
  }
  const doubled = (waits[0] / 60) * 2 ** (attempt.throttles - 1);
  return waitOrExpire(Math.min(doubled, waits[0] * 5), attempt, settings);
}

function waitOrExpire(milliseconds: number, attempt: Attempt, settings: EventInvokeSettings): NextStep {
  return attempt.age + milliseconds > settings.maximumEventAge * 1000
    ? { kind: "leave", condition: "EventAgeExceeded" }
    : { kind: "wait", milliseconds };
}
