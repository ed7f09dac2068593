import { parseFilterPattern } from "./filter-pattern.ts";
import { findGroup, findRequestedGroup, findStream } from "./find-group.ts";
import { invalidParameter, readLimit, type Input } from "./input.ts";
import type { LogStore } from "./log-store.ts";
import { takePage, type StoredEvent } from "./stored-event.ts";

/** Events of any stream, by time; the token is the id of the last one, so that new events disturb nobody. */
export function filterLogEvents(store: LogStore, input: Input): object {
  const group = findRequestedGroup(store, input);
  const limit = readLimit(input, 10_000, 10_000);
  const names = input.texts("logStreamNames");
  const prefix = input.optionalText("logStreamNamePrefix");
  if (names !== undefined && prefix !== undefined) {
    throw invalidParameter("logStreamNames and logStreamNamePrefix cannot both be given.");
  }
  for (const name of names ?? []) findStream(group, name);
  const { start, end } = readRange(input);
  const matches = parseFilterPattern(input.optionalText("filterPattern") ?? "");
  const after = readToken(input.optionalText("nextToken"), /^n\/(\d{56})$/);
  const events = store.select(
    group.name,
    (event) =>
      event.timestamp >= start &&
      event.timestamp <= end &&
      (after === undefined || event.eventId > after) &&
      (names === undefined || names.includes(event.stream)) &&
      (prefix === undefined || event.stream.startsWith(prefix)) &&
      matches(event.message),
  );
  const page = takePage(events, limit);
  return {
    events: page.map((event) => ({
      logStreamName: event.stream,
      timestamp: event.timestamp,
      message: event.message,
      ingestionTime: event.ingestionTime,
      eventId: event.eventId,
    })),
    searchedLogStreams: [],
    ...(page.length < events.length ? { nextToken: `n/${page.at(-1)!.eventId}` } : {}),
  };
}

/**
 * Events of one stream. Both tokens are always there: at an end they answer nothing and themselves, and later on what
 * has come since.
 */
export function getLogEvents(store: LogStore, input: Input): object {
  const group = findRequestedGroup(store, input);
  const stream = findStream(group, input.text("logStreamName"));
  const limit = readLimit(input, 10_000, 10_000);
  const { start, end } = readRange(input);
  const token = input.optionalText("nextToken");
  const after = token?.startsWith("f/") ? readToken(token, streamToken) : undefined;
  const before = token !== undefined && after === undefined ? readToken(token, streamToken) : undefined;
  const events = store.select(
    group.name,
    (event) =>
      event.stream === stream.name &&
      event.timestamp >= start &&
      // Unlike FilterLogEvents, the end itself is not in the range (AWS, GetLogEvents).
      event.timestamp < end &&
      (after === undefined || event.eventId > after) &&
      (before === undefined || event.eventId < before),
  );
  const forward = after !== undefined || (before === undefined && input.flag("startFromHead"));
  const page = forward ? takePage(events, limit) : takePage(events.toReversed(), limit).toReversed();
  const edge = after ?? before ?? "0".repeat(56);
  return {
    events: page.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
    nextForwardToken: `f/${page.at(-1)?.eventId ?? edge}/s`,
    nextBackwardToken: `b/${page[0]?.eventId ?? edge}/s`,
  };
}

/** Takes events of a client that keeps its own log. */
export function putLogEvents(store: LogStore, input: Input): object {
  const group = findGroup(store, input.text("logGroupName"));
  const stream = findStream(group, input.text("logStreamName"));
  const events = input.objects("logEvents").map((event) => ({
    timestamp: event.optionalInteger("timestamp"),
    message: event.text("message"),
  }));
  let last = 0;
  for (const { timestamp } of events) {
    if (timestamp === undefined) throw invalidParameter("The member timestamp must be there.");
    if (timestamp < last) {
      throw invalidParameter("Log events in a single PutLogEvents request must be in chronological order.");
    }
    last = timestamp;
  }
  for (const { timestamp, message } of events) {
    store.add({
      timestamp: timestamp!,
      message,
      group: group.name,
      stream: stream.name,
      requestId: undefined,
    });
  }
  return { nextSequenceToken: "0" };
}

const streamToken = /^[fb]\/(\d{56})\/s$/;

function readToken(token: string | undefined, shape: RegExp): StoredEvent["eventId"] | undefined {
  if (token === undefined) return undefined;
  const id = shape.exec(token)?.[1];
  if (id === undefined) throw invalidParameter("The specified nextToken is invalid.");
  return id;
}

function readRange(input: Input): { readonly start: number; readonly end: number } {
  return {
    start: input.optionalInteger("startTime") ?? 0,
    end: input.optionalInteger("endTime") ?? Number.MAX_SAFE_INTEGER,
  };
}
