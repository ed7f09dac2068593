import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { accept, refuse, reply, type OtherRoutes } from "./runtime-api.ts";

/** What an extension is told of the function at its registration. */
export interface RegisteredFunction {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly handler: string;
  readonly accountId: string;
}

export type ExtensionEvent = Readonly<Record<string, unknown>> & {
  readonly eventType: "INVOKE" | "SHUTDOWN";
};

/** Lambda's Extensions API for one environment (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html). */
export interface ExtensionApi {
  readonly routes: OtherRoutes;
  readonly isRegistered: (name: string) => boolean;
  /** Settles when every registered extension waits for its next event. */
  readonly rested: () => Promise<void>;
  /** Gives the event to all that asked for its kind. */
  readonly send: (event: ExtensionEvent) => void;
}

interface Extension {
  readonly name: string;
  readonly events: readonly unknown[];
  readonly queue: ExtensionEvent[];
  waiting: ServerResponse | undefined;
}

/**
 * @param onChange called when an extension registers
 * @param onFault called when one reports that it cannot go on
 */
export function createExtensionApi(
  described: RegisteredFunction,
  onChange: () => void,
  onFault: (name: string, errorType: string) => void,
): ExtensionApi {
  const extensions = new Map<string, Extension>();
  let onRest: () => void = () => {};

  const isRested = (): boolean => [...extensions.values()].every(({ waiting }) => waiting !== undefined);

  const deliver = (id: string, extension: Extension): void => {
    const event = extension.waiting && extension.queue.shift();
    if (event === undefined) return;
    reply(extension.waiting!, 200, JSON.stringify(event), { "Lambda-Extension-Event-Identifier": id });
    extension.waiting = undefined;
  };

  const register = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const name = request.headers["lambda-extension-name"];
    const events = await readEvents(request);
    if (typeof name !== "string" || events === undefined)
      return refuse(response, 400, "Extension.InvalidRegistration", "a name and a list of events are wanted");
    const id = randomUUID();
    extensions.set(id, { name, events, queue: [], waiting: undefined });
    const { accountId, ...rest } = described;
    const wantsAccount = request.headers["lambda-extension-accept-feature"] === "accountId";
    const body = wantsAccount ? { ...rest, accountId } : rest;
    reply(response, 200, JSON.stringify(body), { "Lambda-Extension-Identifier": id });
    onChange();
  };

  const serve = (
    request: IncomingMessage,
    response: ServerResponse,
    route: string,
    id: string,
    extension: Extension,
  ): boolean => {
    if (route === "GET /2020-01-01/extension/event/next") {
      extension.waiting = response;
      deliver(id, extension);
      if (isRested()) onRest();
      return true;
    }
    if (
      route !== "POST /2020-01-01/extension/init/error" &&
      route !== "POST /2020-01-01/extension/exit/error"
    )
      return false;
    request.resume();
    accept(response);
    onFault(extension.name, String(request.headers["lambda-extension-function-error-type"]));
    return true;
  };

  return {
    routes: (request, response, path) => {
      const route = `${request.method} ${path}`;
      if (route === "POST /2020-01-01/extension/register") {
        void register(request, response);
        return true;
      }
      // As AWS's own emulator answers, so that its clients go on without.
      const api = { "PUT /2022-07-01/telemetry": "Telemetry", "PUT /2020-08-15/logs": "Logs" }[route];
      if (api !== undefined) {
        request.resume();
        refuse(response, 202, `${api}.NotSupported`, `${api} API is not supported`);
        return true;
      }
      if (!path.startsWith("/2020-01-01/extension/")) return false;
      const id = String(request.headers["lambda-extension-identifier"]);
      const extension = extensions.get(id);
      if (extension !== undefined) return serve(request, response, route, id, extension);
      request.resume();
      refuse(response, 403, "Extension.UnknownExtensionIdentifier", `unknown extension ${id}`);
      return true;
    },
    isRegistered: (name) => [...extensions.values()].some((extension) => extension.name === name),
    rested: () =>
      new Promise((resolve) => {
        onRest = resolve;
        if (isRested()) resolve();
      }),
    send: (event) => {
      for (const [id, extension] of extensions) {
        if (!extension.events.includes(event.eventType)) continue;
        extension.queue.push(event);
        deliver(id, extension);
      }
    },
  };
}

/** The kinds of events that an extension asks for; a body that is too long or no JSON gives undefined. */
async function readEvents(request: IncomingMessage): Promise<readonly unknown[] | undefined> {
  try {
    let text = "";
    for await (const chunk of request as AsyncIterable<Buffer>) {
      text += chunk.toString("utf8");
      if (text.length > 10_000) return undefined;
    }
    const body: unknown = JSON.parse(text);
    const events = typeof body === "object" && body !== null && "events" in body ? body.events : undefined;
    return Array.isArray(events) ? events : [];
  } catch {
    return undefined;
  }
}
