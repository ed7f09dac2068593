import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { findWorkspace } from "../workspace/find-workspace.ts";
import { readSettings } from "../workspace/read-settings.ts";
import { selectFunctions } from "../workspace/select-functions.ts";
import { findRunningService, type RunningService } from "./running-service.ts";
import { type LoggedEvent, selectRequest } from "./select-request.ts";

export interface LogsOptions {
  readonly names: readonly string[];
  /** Goes on with what is written, until `context.signal` aborts. */
  readonly follow: boolean;
  /** As `10m`; everything when not given. */
  readonly since: string | undefined;
  /** A filter pattern of CloudWatch Logs. */
  readonly filter: string | undefined;
  /** A request id: only what was written for it. */
  readonly request: string | undefined;
}

/** How often a followed log is asked for, in milliseconds. */
const askEvery = 250;

/**
 * Reads what a function wrote in a running `brig serve` of the workspace, oldest first.
 *
 * @param onEvents called with each portion
 * @throws BrigError `usage-invalid` when no service runs that has the function
 */
export async function readLogs(
  options: LogsOptions,
  onEvents: (events: readonly LoggedEvent[]) => void,
  context: Context,
): Promise<void> {
  const since = options.since === undefined ? undefined : context.now().getTime() - parseSpan(options.since);
  const workspace = await findWorkspace(context);
  const selected = selectFunctions(workspace, context.cwd, { names: options.names, all: false });
  const folder = selected[0]!;
  if (selected.length > 1) {
    throw new BrigError("usage-invalid", "brig logs takes one function", `brig logs ${folder.name}`);
  }
  const service = await findRunningService(workspace.root, folder.name, context);
  if (service === undefined) {
    throw new BrigError(
      "usage-invalid",
      `no brig serve of this workspace runs ${folder.name}, and local logs are kept only as long as one does`,
      "brig serve",
    );
  }
  const { LoggingConfig } = readSettings(workspace, folder).function as {
    readonly LoggingConfig?: { readonly LogGroup?: string };
  };
  const group = LoggingConfig?.LogGroup ?? `/aws/lambda/${service.functions[folder.name]}`;
  let shown = new Set<string>();
  let from = since;
  do {
    const events = await filterEvents(service, group, from, options.filter, context.signal);
    const fresh = events.filter(({ eventId }) => !shown.has(eventId));
    const wanted = options.request === undefined ? fresh : selectRequest(fresh, options.request);
    if (wanted.length > 0) onEvents(wanted);
    if (!options.follow) return;
    // The last millisecond is asked for again: more may come in it. A request is selected from all that there is.
    const last = events.at(-1)?.timestamp;
    if (options.request === undefined && last !== undefined) {
      from = last;
      shown = new Set(events.filter(({ timestamp }) => timestamp === last).map(({ eventId }) => eventId));
    } else {
      shown = new Set([...shown, ...wanted.map(({ eventId }) => eventId)]);
    }
    await sleep(askEvery, undefined, { signal: context.signal }).catch(() => {});
  } while (!context.signal.aborted);
}

const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90s`, `10m`, `2h`, `1d` in milliseconds. */
function parseSpan(text: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return Number(count) * units[unit as keyof typeof units];
  throw new BrigError("usage-invalid", `--since takes a span of time as 90s, 10m, 2h or 1d, not "${text}"`);
}

async function filterEvents(
  service: RunningService,
  group: string,
  startTime: number | undefined,
  filterPattern: string | undefined,
  signal: AbortSignal,
): Promise<readonly LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  let nextToken: string | undefined;
  do {
    const asked = { logGroupName: group, startTime, filterPattern, nextToken };
    const page = await ask(service, asked, signal);
    if (page === undefined) return events;
    events.push(...page.events);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return events;
}

interface Page {
  readonly events: readonly LoggedEvent[];
  readonly nextToken?: string;
}

/** One page of FilterLogEvents; `undefined` of a group that nothing was written to yet, or when interrupted. */
async function ask(service: RunningService, input: object, signal: AbortSignal): Promise<Page | undefined> {
  const headers = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "Logs_20140328.FilterLogEvents",
  };
  const url = `${service.endpoint}/`;
  try {
    const { status, text } = await post(url, headers, JSON.stringify(input), signal);
    if (status === 200) return JSON.parse(text) as Page;
    const { __type: type, message } = JSON.parse(text) as {
      readonly __type?: string;
      readonly message?: string;
    };
    if (type === "ResourceNotFoundException") return undefined;
    throw new BrigError("usage-invalid", message ?? text, "brig logs --help");
  } catch (cause) {
    if (cause instanceof BrigError) throw cause;
    if (signal.aborted) return undefined;
    throw new BrigError("usage-invalid", `brig serve at ${service.endpoint} has ended`, "brig serve", {
      cause,
    });
  }
}

function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", headers, signal, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
