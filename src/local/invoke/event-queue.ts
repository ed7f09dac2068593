import { randomUUID } from "node:crypto";
import { AwsFault } from "../aws-fault.ts";
import { TooManyRequests, type Executor, type InvokeInput, type InvokeOutcome } from "../contract.ts";
import type { Directory, EventInvokeSettings, InvokeTarget } from "../directory.ts";
import { renderDestinationRecord } from "./destination-record.ts";
import { planNextStep, type AttemptEnd, type Condition, type RetryWaits } from "./plan-attempt.ts";
import { makeTraceId } from "./trace-id.ts";

export interface EventQueueOptions {
  readonly directory: Directory;
  readonly executor: Executor;
  readonly now: () => Date;
  /** One second and two when not given, where AWS waits as many minutes: nobody waits that long at a desk. */
  readonly retryWaits?: RetryWaits | undefined;
  /** What nobody else would hear of: a destination that is not there, a fault of the executor. */
  readonly onTrouble?: ((message: string) => void) | undefined;
  /** An event was run, and what became of it could not be delivered; `onTrouble` hears of it when not given. */
  readonly onUndelivered?: ((message: string) => void) | undefined;
}

/** Events under way: run without a caller who waits, again when they fail, then handed to their destination. */
export interface EventQueue {
  /** @throws AwsFault 429 when the queue is full */
  add(target: InvokeTarget, input: InvokeInput): void;
  /** Events that have not left yet. */
  readonly size: number;
  /** No further attempt begins; those under way are not waited for. */
  dispose(): void;
}

interface QueuedEvent {
  readonly functionArn: string;
  readonly qualifier: string | undefined;
  readonly region: string;
  readonly input: InvokeInput;
  readonly queuedAt: number;
  /** Destinations passed on the way here: a function that is its own destination must come to an end. */
  readonly hops: number;
  failures: number;
  throttles: number;
  outcome: InvokeOutcome | undefined;
}

/** Events at most; each may hold 1 MB. */
const capacity = 1000;

/** As in AWS's recursive loop detection. */
const longestChain = 16;

export function createEventQueue(options: EventQueueOptions): EventQueue {
  const { directory, executor, now } = options;
  const waits = options.retryWaits ?? [1000, 2000];
  const timers = new Set<NodeJS.Timeout>();
  let size = 0;
  let disposed = false;

  const trouble = (event: QueuedEvent, fault: unknown): void =>
    options.onTrouble?.(
      `event ${event.input.requestId} of ${event.functionArn} was dropped: ${describe(fault)}`,
    );

  const enqueue = (target: InvokeTarget, input: InvokeInput, hops: number): void => {
    if (size >= capacity) throw new AwsFault(429, "TooManyRequestsException", "Rate Exceeded.");
    size++;
    const event: QueuedEvent = {
      functionArn: target.version.arn,
      qualifier: target.qualifier,
      region: target.version.region,
      input,
      queuedAt: now().getTime(),
      hops,
      failures: 0,
      throttles: 0,
      outcome: undefined,
    };
    schedule(event, 0);
  };

  const schedule = (event: QueuedEvent, milliseconds: number): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      void run(event).catch((fault: unknown) => {
        size--;
        trouble(event, fault);
      });
    }, milliseconds);
    timers.add(timer);
  };

  const run = async (event: QueuedEvent): Promise<void> => {
    // Asked for each attempt: an event in the queue runs on the code of the moment.
    const target = directory.resolveTarget(event.functionArn, event.qualifier, event.region);
    const settings = directory.eventInvokeConfig(target);
    const end = await attempt(event, target);
    if (disposed) return;
    if (end === "failed") event.failures++;
    event.throttles = end === "throttled" ? event.throttles + 1 : 0;
    const age = now().getTime() - event.queuedAt;
    const step = planNextStep(
      { end, failures: event.failures, throttles: event.throttles, age },
      settings,
      waits,
    );
    if (step.kind === "wait") return schedule(event, step.milliseconds);
    size--;
    try {
      deliver(event, step.condition, settings);
    } catch (fault) {
      const report = options.onUndelivered ?? options.onTrouble;
      const { requestId } = event.input;
      report?.(
        `what became of event ${requestId} of ${event.functionArn} was not delivered: ${describe(fault)}`,
      );
    }
  };

  const attempt = async (event: QueuedEvent, target: InvokeTarget): Promise<AttemptEnd> => {
    if (target.version.reservedConcurrency === 0) return "zero-concurrency";
    try {
      event.outcome = await executor.invoke(target.version, event.input);
      return event.outcome.functionError === null ? "succeeded" : "failed";
    } catch (fault) {
      if (fault instanceof TooManyRequests) return "throttled";
      throw fault;
    }
  };

  const deliver = (event: QueuedEvent, condition: Condition, settings: EventInvokeSettings): void => {
    const destination = condition === "Success" ? settings.onSuccess : settings.onFailure;
    if (destination === undefined) return;
    if (!/^arn:[^:]+:lambda:/.test(destination)) {
      throw new Error(`local Lambda delivers to functions only, not to ${destination}`);
    }
    if (event.hops >= longestChain) throw new Error(`it passed ${longestChain} destinations`);
    const succeeded = condition === "Success" ? 1 : 0;
    const payload = renderDestinationRecord({
      requestId: event.input.requestId,
      functionArn: `${event.functionArn}:${event.qualifier ?? "$LATEST"}`,
      condition,
      invokeCount: event.failures + succeeded,
      payload: event.input.payload,
      outcome: event.outcome,
      time: now(),
    });
    const target = directory.resolveTarget(destination, undefined, event.region);
    const requestId = randomUUID();
    const traceId = event.input.traceId ?? makeTraceId(now());
    enqueue(
      target,
      { requestId, payload, invokedArn: target.invokedArn, traceId, streaming: false },
      event.hops + 1,
    );
  };

  return {
    add: (target, input) => enqueue(target, input, 0),
    get size() {
      return size;
    },
    dispose: () => {
      disposed = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

function describe(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault);
}
