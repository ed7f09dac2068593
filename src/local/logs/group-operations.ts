import type { RequestContext } from "../route.ts";
import { findGroup, findStream, nameOf } from "./find-group.ts";
import { invalidParameter, logsFault, type Input } from "./input.ts";
import type { LogGroup, LogStore } from "./log-store.ts";

type Where = Pick<RequestContext, "region" | "account">;

/** Days that a group may keep its events (AWS, PutRetentionPolicy). */
const retentions: ReadonlySet<number> = new Set([
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]);

export function createLogGroup(store: LogStore, input: Input): void {
  const name = input.text("logGroupName");
  if (!/^[.\-_/#A-Za-z0-9]{1,512}$/.test(name)) {
    throw invalidParameter(
      `1 validation error detected: Value '${name}' at 'logGroupName' failed to satisfy constraint: ` +
        "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+",
    );
  }
  if (store.groups.has(name)) {
    throw logsFault("ResourceAlreadyExistsException", "The specified log group already exists");
  }
  const group = store.createGroup(name);
  for (const [key, value] of Object.entries(input.optionalTextMap("tags"))) group.tags.set(key, value);
}

export function deleteLogGroup(store: LogStore, input: Input): void {
  store.deleteGroup(findGroup(store, input.text("logGroupName")).name);
}

export function createLogStream(store: LogStore, input: Input): void {
  const group = findGroup(store, input.text("logGroupName"));
  const name = input.text("logStreamName");
  if (group.streams.has(name)) {
    throw logsFault("ResourceAlreadyExistsException", "The specified log stream already exists");
  }
  store.createStream(group, name);
}

export function deleteLogStream(store: LogStore, input: Input): void {
  const group = findGroup(store, input.text("logGroupName"));
  store.deleteStream(group, findStream(group, input.text("logStreamName")).name);
}

export function putRetentionPolicy(store: LogStore, input: Input): void {
  const group = findGroup(store, input.text("logGroupName"));
  const days = input.optionalInteger("retentionInDays");
  if (days === undefined || !retentions.has(days)) {
    throw invalidParameter(
      `1 validation error detected: Value '${days}' at 'retentionInDays' failed to satisfy constraint: ` +
        `Member must satisfy enum value set: [${[...retentions].join(", ")}]`,
    );
  }
  group.retentionInDays = days;
}

export function deleteRetentionPolicy(store: LogStore, input: Input): void {
  findGroup(store, input.text("logGroupName")).retentionInDays = undefined;
}

export function listTagsLogGroup(store: LogStore, input: Input): object {
  return { tags: Object.fromEntries(findGroup(store, input.text("logGroupName")).tags) };
}

export function listTagsForResource(store: LogStore, input: Input): object {
  return { tags: Object.fromEntries(findTagged(store, input).tags) };
}

export function tagResource(store: LogStore, input: Input): void {
  const group = findTagged(store, input);
  for (const [key, value] of Object.entries(input.optionalTextMap("tags"))) group.tags.set(key, value);
}

export function untagResource(store: LogStore, input: Input): void {
  const group = findTagged(store, input);
  for (const key of input.texts("tagKeys") ?? []) group.tags.delete(key);
}

export function describeGroup(group: LogGroup, { region, account }: Where): object {
  const arn = `arn:aws:logs:${region}:${account}:log-group:${group.name}`;
  return {
    logGroupName: group.name,
    creationTime: group.creationTime,
    ...(group.retentionInDays === undefined ? {} : { retentionInDays: group.retentionInDays }),
    metricFilterCount: 0,
    arn: `${arn}:*`,
    logGroupArn: arn,
    logGroupClass: "STANDARD",
    storedBytes: 0,
  };
}

function findTagged(store: LogStore, input: Input): LogGroup {
  return findGroup(store, nameOf(input.text("resourceArn")));
}
