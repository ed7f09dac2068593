import type { InvokeOutcome } from "../contract.ts";
import type { Condition } from "./plan-attempt.ts";

export interface FinishedEvent {
  readonly requestId: string;
  /** Always with a qualifier, `$LATEST` where none was given. */
  readonly functionArn: string;
  readonly condition: Condition;
  readonly invokeCount: number;
  readonly payload: Buffer;
  /** Of the last attempt; undefined when there was none. */
  readonly outcome: InvokeOutcome | undefined;
  readonly time: Date;
}

/** What a destination gets of an event (AWS, "Capturing records of Lambda asynchronous invocations"). */
export function renderDestinationRecord(event: FinishedEvent): Buffer {
  const { outcome } = event;
  return Buffer.from(
    JSON.stringify({
      version: "1.0",
      timestamp: event.time.toISOString(),
      requestContext: {
        requestId: event.requestId,
        functionArn: event.functionArn,
        condition: event.condition,
        approximateInvokeCount: event.invokeCount,
      },
      requestPayload: parseLoosely(event.payload),
      ...(outcome === undefined
        ? {}
        : {
            responseContext: {
              statusCode: 200,
              executedVersion: outcome.executedVersion,
              ...(outcome.functionError === null ? {} : { functionError: outcome.functionError }),
            },
            responsePayload: parseLoosely(outcome.payload),
          }),
    }),
  );
}

/** Python answers `NaN` and raw bytes, which are no JSON: they are passed on as text. */
function parseLoosely(payload: Buffer): unknown {
  const text = payload.toString("utf8");
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
