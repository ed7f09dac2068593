import type { LoggedEvent } from "./select-request.ts";

/** What is asked of a log, as FilterLogEvents takes it. */
export interface LogQuestion {
  /** Milliseconds since the epoch. */
  readonly startTime?: number | undefined;
  readonly endTime?: number | undefined;
  readonly filterPattern?: string | undefined;
  readonly logStreamNames?: readonly string[] | undefined;
  readonly nextToken?: string | undefined;
}

export interface LogPage {
  readonly events: readonly LoggedEvent[];
  readonly nextToken?: string | undefined;
}

/** The log of one function, wherever it is kept. */
export interface LogSource {
  /**
   * One page; `undefined` of a log that nothing was written to yet, or when interrupted.
   *
   * @throws BrigError what stands in the way
   */
  readonly ask: (question: LogQuestion) => Promise<LogPage | undefined>;
  /** How often a followed log is asked for, in milliseconds. */
  readonly askEvery: number;
  /** How late an event may come after younger ones, in milliseconds. */
  readonly lag: number;
  readonly dispose: () => void;
}

/** All pages. */
export async function readEvents(source: LogSource, question: LogQuestion): Promise<readonly LoggedEvent[]> {
  const events: LoggedEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await source.ask({ ...question, nextToken });
    if (page === undefined) return events;
    events.push(...page.events);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return events;
}
