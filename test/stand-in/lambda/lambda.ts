import { aliasHandlers } from "./aliases.ts";
import { aroundHandlers } from "./around.ts";
import { functionHandlers, notPlayed } from "./functions.ts";
import { invoke } from "./invoke.ts";
import type { LambdaHandler } from "./request.ts";
import { versionHandlers } from "./versions.ts";

const handlers: Readonly<Record<string, LambdaHandler>> = {
  ...functionHandlers,
  ...versionHandlers,
  ...aliasHandlers,
  ...aroundHandlers,
  Invoke: invoke,
};

/** Who plays an operation. @throws AwsFault NotImplementedException */
export function findHandler(operation: string): LambdaHandler {
  const handler = handlers[operation];
  if (handler === undefined) throw notPlayed(operation);
  return handler;
}
