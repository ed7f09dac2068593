import type { RequestContext } from "../route.ts";
import { findRequestedGroup } from "./find-group.ts";
import { describeGroup } from "./group-operations.ts";
import { invalidParameter, readLimit, type Input } from "./input.ts";
import type { LogGroup, LogStore, LogStream } from "./log-store.ts";

type Where = Pick<RequestContext, "region" | "account">;

export function describeLogGroups(store: LogStore, input: Input, where: Where): object {
  const prefix = input.optionalText("logGroupNamePrefix") ?? "";
  const part = input.optionalText("logGroupNamePattern") ?? "";
  const groups = [...store.groups.values()]
    .filter(({ name }) => name.startsWith(prefix) && name.toLowerCase().includes(part.toLowerCase()))
    .toSorted(byName);
  const { page, nextToken } = takeNamed(groups, input);
  return { logGroups: page.map((group) => describeGroup(group, where)), ...nextToken };
}

export function describeLogStreams(store: LogStore, input: Input, where: Where): object {
  const group = findRequestedGroup(store, input);
  const prefix = input.optionalText("logStreamNamePrefix");
  const byEventTime = input.optionalText("orderBy") === "LastEventTime";
  if (byEventTime && prefix !== undefined) {
    throw invalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.");
  }
  const streams = [...group.streams.values()]
    .filter(({ name }) => name.startsWith(prefix ?? ""))
    .toSorted(byName);
  if (byEventTime) {
    streams.sort((left, right) => (left.lastEventTimestamp ?? 0) - (right.lastEventTimestamp ?? 0));
  }
  if (input.flag("descending")) streams.reverse();
  const { page, nextToken } = takeNamed(streams, input);
  return { logStreams: page.map((stream) => describeStream(group, stream, where)), ...nextToken };
}

function describeStream(group: LogGroup, stream: LogStream, { region, account }: Where): object {
  return {
    logStreamName: stream.name,
    creationTime: stream.creationTime,
    // Members without a value are left out of the JSON.
    firstEventTimestamp: stream.firstEventTimestamp,
    lastEventTimestamp: stream.lastEventTimestamp,
    lastIngestionTime: stream.lastIngestionTime,
    uploadSequenceToken: "0",
    arn: `arn:aws:logs:${region}:${account}:log-group:${group.name}:log-stream:${stream.name}`,
    storedBytes: 0,
  };
}

/** A page of things with names; the token is the name of the last one. */
function takeNamed<Named extends { readonly name: string }>(
  all: readonly Named[],
  input: Input,
): { readonly page: readonly Named[]; readonly nextToken: { readonly nextToken?: string } } {
  const limit = readLimit(input, 50, 50);
  const token = input.optionalText("nextToken");
  let start = 0;
  if (token !== undefined) {
    const last = Buffer.from(token, "base64url").toString("utf8");
    start = all.findIndex(({ name }) => name === last) + 1;
    if (start === 0) throw invalidParameter("The specified nextToken is invalid.");
  }
  const page = all.slice(start, start + limit);
  const more = start + limit < all.length;
  return {
    page,
    nextToken: more ? { nextToken: Buffer.from(page.at(-1)!.name).toString("base64url") } : {},
  };
}

function byName(left: { readonly name: string }, right: { readonly name: string }): number {
  return left.name < right.name ? -1 : left.name > right.name ? 1 : 0;
}
