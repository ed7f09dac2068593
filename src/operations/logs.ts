import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { findWorkspace } from "../workspace/find-workspace.ts";
import { selectFunctions } from "../workspace/select-functions.ts";
import { type LogSource, readEvents } from "./log-source.ts";
import { openServedLog } from "./served-log.ts";
import { type LoggedEvent, selectRequest } from "./select-request.ts";

export interface LogsOptions {
  readonly names: readonly string[];
  /** On AWS; otherwise in a running `brig serve`. */
  readonly target: string | undefined;
  /** Goes on with what is written, until `context.signal` aborts. */
  readonly follow: boolean;
  /** As `10m`; when not given, everything, and on AWS the last 10 minutes. */
  readonly since: string | undefined;
  /** A filter pattern of CloudWatch Logs. */
  readonly filter: string | undefined;
  /** A request id: only what was written for it. */
  readonly request: string | undefined;
}

/**
 * Reads what a function wrote, oldest first.
 *
 * @param onEvents called with each portion
 * @throws BrigError `usage-invalid` when no service runs that has the function, `target-not-found`, `not-deployed`, …
 */
export async function readLogs(
  options: LogsOptions,
  onEvents: (events: readonly LoggedEvent[]) => void,
  context: Context,
): Promise<void> {
  const { target } = options;
  const span = options.since === undefined ? undefined : parseSpan(options.since);
  const usual = target === undefined ? undefined : options.request === undefined ? units.m * 10 : units.d;
  const back = span ?? usual;
  const since = back === undefined ? undefined : context.now().getTime() - back;
  const source = await openSource(options, context);
  try {
    await showEvents(source, { ...options, since }, onEvents, context.signal);
  } finally {
    source.dispose();
  }
}

async function openSource({ names, target }: LogsOptions, context: Context): Promise<LogSource> {
  if (target !== undefined) {
    const { openDeployedLog } = await import("./deployed-log.ts");
    return await openDeployedLog(names, target, context);
  }
  const workspace = await findWorkspace(context);
  const selected = selectFunctions(workspace, context.cwd, { names, all: false });
  const folder = selected[0]!;
  if (selected.length > 1) {
    throw new BrigError("usage-invalid", "brig logs takes one function", `brig logs ${folder.name}`);
  }
  return await openServedLog(workspace, folder, context);
}

interface Wanted extends Omit<LogsOptions, "since"> {
  /** Milliseconds since the epoch. */
  readonly since: number | undefined;
}

async function showEvents(
  source: LogSource,
  { since, filter, follow, request }: Wanted,
  onEvents: (events: readonly LoggedEvent[]) => void,
  signal: AbortSignal,
): Promise<void> {
  if (request !== undefined && !follow) {
    const events = await readRequest(source, request, since, filter);
    if (events.length > 0) onEvents(events);
    return;
  }
  let shown = new Set<string>();
  let from = since;
  do {
    const events = await readEvents(source, { startTime: from, filterPattern: filter });
    const fresh = events.filter(({ eventId }) => !shown.has(eventId));
    const wanted = request === undefined ? fresh : selectRequest(fresh, request);
    if (wanted.length > 0) onEvents(wanted);
    if (!follow) return;
    // What is young is asked for again: more may come beside it. A request is selected from all that there is.
    const last = events.at(-1)?.timestamp;
    if (request === undefined && last !== undefined) {
      const start = Math.max(from ?? 0, last - source.lag);
      from = start;
      shown = new Set(events.filter(({ timestamp }) => timestamp >= start).map(({ eventId }) => eventId));
    } else {
      shown = new Set([...shown, ...wanted.map(({ eventId }) => eventId)]);
    }
    await sleep(source.askEvery, undefined, { signal }).catch(() => {});
  } while (!signal.aborted);
}

/** A request is looked up by its id first, then read where and while it ran: the log of a day can be long. */
async function readRequest(
  source: LogSource,
  request: string,
  since: number | undefined,
  filter: string | undefined,
): Promise<readonly LoggedEvent[]> {
  const quoted = `"${request.replaceAll('"', "")}"`;
  const naming = await readEvents(source, { startTime: since, filterPattern: quoted });
  const streams = [...new Set(naming.map(({ logStreamName }) => logStreamName))];
  const parts = streams.map(async (stream) => {
    const times = naming
      .filter(({ logStreamName }) => logStreamName === stream)
      .map((each) => each.timestamp);
    const [startTime, endTime] = [Math.min(...times), Math.max(...times)];
    const logStreamNames = [stream];
    const events = await readEvents(source, { startTime, endTime, logStreamNames, filterPattern: filter });
    return filter === undefined ? selectRequest(events, request) : events;
  });
  return (await Promise.all(parts)).flat();
}

const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90s`, `10m`, `2h`, `1d` in milliseconds. */
function parseSpan(text: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return Number(count) * units[unit as keyof typeof units];
  throw new BrigError("usage-invalid", `--since takes a span of time as 90s, 10m, 2h or 1d, not "${text}"`);
}
