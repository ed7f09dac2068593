import { byTimeThenArrival, storeEvent, type KeptEvent, type StoredEvent } from "./stored-event.ts";
import type { LogEvent, LogSink } from "../contract.ts";

export interface LogGroup {
  readonly name: string;
  readonly creationTime: number;
  retentionInDays: number | undefined;
  readonly tags: Map<string, string>;
  readonly streams: Map<string, LogStream>;
}

export interface LogStream {
  readonly name: string;
  readonly creationTime: number;
  firstEventTimestamp: number | undefined;
  lastEventTimestamp: number | undefined;
  lastIngestionTime: number | undefined;
}

export interface LogStoreOptions {
  readonly now: () => Date;
  /** Bytes of messages kept, 16 MiB when not given; the oldest arrivals go first. */
  readonly capacity?: number;
}

/** What functions have written since the service began, in memory. */
export interface LogStore {
  readonly groups: ReadonlyMap<string, LogGroup>;
  /** Takes an event of a running function; makes its group and stream when they are not there. */
  readonly add: LogSink;
  createGroup(name: string): LogGroup;
  deleteGroup(name: string): void;
  createStream(group: LogGroup, name: string): LogStream;
  deleteStream(group: LogGroup, name: string): void;
  /** All events of a group, by time and then by arrival. */
  select(group: string, fits: (event: StoredEvent) => boolean): readonly StoredEvent[];
  /** Called with every event from now on; answers how to stop it. */
  follow(listener: LogSink): () => void;
}

/** Bytes that an event counts besides its message (AWS, "CloudWatch Logs quotas": 26). */
const eventOverhead = 26;

function sizeOf({ message }: LogEvent): number {
  return message.length + eventOverhead;
}

export function createLogStore(options: LogStoreOptions): LogStore {
  const capacity = options.capacity ?? 16 * 1024 * 1024;
  const groups = new Map<string, LogGroup>();
  const listeners = new Set<LogSink>();
  let events: KeptEvent[] = [];
  let size = 0;
  let arrivals = 0;

  const createGroup = (name: string): LogGroup => {
    const group: LogGroup = {
      name,
      creationTime: options.now().getTime(),
      retentionInDays: undefined,
      tags: new Map(),
      streams: new Map(),
    };
    groups.set(name, group);
    return group;
  };

  const createStream = (group: LogGroup, name: string): LogStream => {
    const stream: LogStream = {
      name,
      creationTime: options.now().getTime(),
      firstEventTimestamp: undefined,
      lastEventTimestamp: undefined,
      lastIngestionTime: undefined,
    };
    group.streams.set(name, stream);
    return stream;
  };

  const add = (event: LogEvent): void => {
    const group = groups.get(event.group) ?? createGroup(event.group);
    const stream = group.streams.get(event.stream) ?? createStream(group, event.stream);
    const ingestionTime = options.now().getTime();
    arrivals++;
    events.push({ event, ingestionTime, arrival: arrivals });
    stream.firstEventTimestamp = Math.min(stream.firstEventTimestamp ?? event.timestamp, event.timestamp);
    stream.lastEventTimestamp = Math.max(stream.lastEventTimestamp ?? event.timestamp, event.timestamp);
    stream.lastIngestionTime = ingestionTime;
    size += sizeOf(event);
    // A quarter more than allowed before anything is dropped: dropping costs a pass over all that stays.
    if (size > capacity * 1.25) dropOldest();
    for (const listener of listeners) listener(event);
  };

  const dropOldest = (): void => {
    let dropped = 0;
    while (size > capacity && dropped < events.length - 1) {
      size -= sizeOf(events[dropped]!.event);
      dropped++;
    }
    events = events.slice(dropped);
    const used = new Set(events.map(({ event }) => `${event.group}\n${event.stream}`));
    for (const group of groups.values()) {
      for (const stream of group.streams.values()) {
        if (stream.lastEventTimestamp === undefined || used.has(`${group.name}\n${stream.name}`)) continue;
        group.streams.delete(stream.name);
      }
    }
  };

  const forget = (goes: (event: LogEvent) => boolean): void => {
    events = events.filter(({ event }) => !goes(event));
    size = events.reduce((sum, { event }) => sum + sizeOf(event), 0);
  };

  return {
    groups,
    add,
    createGroup,
    createStream,
    deleteGroup: (name) => {
      groups.delete(name);
      forget((event) => event.group === name);
    },
    deleteStream: (group, name) => {
      group.streams.delete(name);
      forget((event) => event.group === group.name && event.stream === name);
    },
    select: (group, fits) =>
      events
        .filter(({ event }) => event.group === group)
        .map(storeEvent)
        .filter(fits)
        .toSorted(byTimeThenArrival),
    follow: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
