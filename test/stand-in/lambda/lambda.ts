import { aliasHandlers } from "./aliases.ts";
import { policyHandlers } from "./policy.ts";
import { urlHandlers } from "./urls.ts";
import { concurrencyHandlers } from "./concurrency.ts";
import { eventInvokeHandlers } from "./event-invoke.ts";
import { tagHandlers } from "./tags.ts";
import { functionHandlers, notPlayed } from "./functions.ts";
import { invoke } from "./invoke.ts";
import type { LambdaHandler } from "./request.ts";
import { versionHandlers } from "./versions.ts";

const handlers: Readonly<Record<string, LambdaHandler>> = {
  ...functionHandlers,
  ...versionHandlers,
  ...aliasHandlers,
  ...policyHandlers,
  ...urlHandlers,
  ...concurrencyHandlers,
  ...eventInvokeHandlers,
  ...tagHandlers,
  Invoke: invoke,
};

/** Who plays an operation. @throws AwsFault NotImplementedException */
export function findHandler(operation: string): LambdaHandler {
  const handler = handlers[operation];
  if (handler === undefined) throw notPlayed(operation);
  return handler;
}
