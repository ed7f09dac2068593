import type { LogEvent } from "../contract.ts";

export interface StoredEvent extends LogEvent {
  /** Milliseconds since the epoch. */
  readonly ingestionTime: number;
  /** 56 digits, as AWS's: the time, then the arrival, so that their order is the order of events. */
  readonly eventId: string;
}

/** An event in memory: there are many, and few are ever asked for. */
export interface KeptEvent {
  readonly event: LogEvent;
  /** Milliseconds since the epoch. */
  readonly ingestionTime: number;
  /** 1 for the first. */
  readonly arrival: number;
}

export function storeEvent({ event, ingestionTime, arrival }: KeptEvent): StoredEvent {
  return { ...event, ingestionTime, eventId: renderEventId(event.timestamp, arrival) };
}

function renderEventId(timestamp: number, arrival: number): string {
  return String(Math.max(0, Math.trunc(timestamp))).padStart(20, "0") + String(arrival).padStart(36, "0");
}

export function byTimeThenArrival(left: StoredEvent, right: StoredEvent): number {
  return left.eventId < right.eventId ? -1 : left.eventId > right.eventId ? 1 : 0;
}

/** What a page of events may hold: 1 MiB and 10,000 events (AWS, FilterLogEvents, GetLogEvents). */
const pageBytes = 1_048_576;

/** The first events, as many as a page holds, at least one. */
export function takePage(events: readonly StoredEvent[], limit: number): readonly StoredEvent[] {
  let bytes = 0;
  let count = 0;
  for (const event of events) {
    bytes += Buffer.byteLength(event.message);
    if (count === limit || (count > 0 && bytes > pageBytes)) break;
    count++;
  }
  return events.slice(0, count);
}
