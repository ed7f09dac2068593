import { logsFault, type Input } from "./input.ts";
import type { LogGroup, LogStore, LogStream } from "./log-store.ts";

/** @throws AwsFault ResourceNotFoundException */
export function findGroup(store: LogStore, name: string): LogGroup {
  const group = store.groups.get(name);
  if (group !== undefined) return group;
  throw logsFault("ResourceNotFoundException", "The specified log group does not exist.");
}

/** The group that a request names, by `logGroupName` or by `logGroupIdentifier`, a name or an ARN. */
export function findRequestedGroup(store: LogStore, input: Input): LogGroup {
  const identifier = input.optionalText("logGroupIdentifier");
  return findGroup(store, identifier === undefined ? input.text("logGroupName") : nameOf(identifier));
}

/** `arn:aws:logs:us-east-1:000000000000:log-group:NAME`, with `:*` at the end or without; or the name itself. */
export function nameOf(identifier: string): string {
  const name = /^arn:[^:]*:logs:[^:]*:[^:]*:log-group:([^:]+)(?::\*)?$/.exec(identifier)?.[1];
  return name ?? identifier;
}

/** @throws AwsFault ResourceNotFoundException */
export function findStream(group: LogGroup, name: string): LogStream {
  const stream = group.streams.get(name);
  if (stream !== undefined) return stream;
  throw logsFault("ResourceNotFoundException", "The specified log stream does not exist.");
}
