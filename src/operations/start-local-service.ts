import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import type { Executor, InvokeInput, InvokeOutcome, LogEvent, RunnableVersion } from "../local/contract.ts";
import { createFetchObject } from "../local/fetch-object.ts";
import { createInvokeRoutes } from "../local/invoke/routes.ts";
import { createLogStore } from "../local/logs/log-store.ts";
import { createLogRoutes } from "../local/logs/routes.ts";
import type { Handler, RequestContext, Routes } from "../local/route.ts";
import { type LocalService, startService } from "../local/service.ts";
import { createUrlHandler } from "../local/url/url-handler.ts";
import { localPlace } from "./local-place.ts";
import type { KnownInterpreters } from "./find-languages.ts";
import { planLocalLambda } from "./open-local-lambda.ts";

/** An invocation that is over. */
export interface ServedInvocation {
  readonly functionName: string;
  readonly memorySize: number;
  readonly outcome: InvokeOutcome;
  readonly logs: string;
}

export interface LocalServiceOptions {
  /** 0: a free one. */
  readonly port: number;
  readonly host: string;
  readonly known: KnownInterpreters;
  /** Whether functions act as the user at AWS. */
  readonly withCredentials: boolean;
  /** Told after the clients have their answers. */
  readonly onInvocations: (invocations: readonly ServedInvocation[]) => void;
  readonly onTrouble: (message: string) => void;
  /** What an invocation by a client of Lambda's API waits for. */
  readonly beforeInvoke?: (request: RequestContext) => Promise<void>;
  /** What a request to a function URL waits for. */
  readonly beforeUrl?: (urlId: string) => Promise<void>;
}

/**
 * Local Lambda behind HTTP, with everything that clients meet there.
 *
 * @throws BrigError `busy` when the port is taken, `usage-invalid` for an address that is none of this machine's
 */
export async function startLocalService(
  options: LocalServiceOptions,
  context: Context,
): Promise<LocalService> {
  const { now } = context;
  const store = createLogStore({ now });
  const open = new Map<string, string>();
  const over: ServedInvocation[] = [];
  const logSink = (event: LogEvent): void => {
    store.add(event);
    if (event.requestId === undefined) return;
    const text = event.message.endsWith("\n") ? event.message : `${event.message}\n`;
    open.set(event.requestId, (open.get(event.requestId) ?? "") + text);
  };
  const { known, withCredentials } = options;
  const plan = await planLocalLambda({ known, logSink, withCredentials }, context);
  const observe = (executor: Executor): Executor => ({
    ...executor,
    invoke: async (version: RunnableVersion, input: InvokeInput) => {
      try {
        const outcome = await executor.invoke(version, input);
        const { functionName, memorySize } = version;
        const logs = open.get(input.requestId) ?? "";
        if (over.length === 0) setImmediate(() => options.onInvocations(over.splice(0)));
        over.push({ functionName, memorySize, outcome, logs });
        return outcome;
      } finally {
        open.delete(input.requestId);
      }
    },
  });
  const waiting =
    (handler: Handler): Handler =>
    async (request) => {
      await options.beforeInvoke?.(request);
      return await handler(request);
    };
  const fetchObject = createFetchObject(context.env);
  try {
    return await startService({
      ...plan,
      ...(fetchObject !== undefined && { fetchObject }),
      port: options.port,
      host: options.host,
      createExecutor: async (place) => observe(await plan.createExecutor(place)),
      createRoutes: ({ directory, executor }): Routes => {
        const invoking = createInvokeRoutes({ directory, executor, now, onTrouble: options.onTrouble });
        const answerUrl = createUrlHandler({ directory, executor, account: localPlace.account, now });
        return {
          lambda: (invoking.lambda ?? []).map((route) => ({ ...route, handler: waiting(route.handler) })),
          targets: createLogRoutes(store).targets ?? [],
          functionUrl: async (urlId, request, response) => {
            await options.beforeUrl?.(urlId);
            await answerUrl(urlId, request, response);
          },
          ...(invoking.dispose && { dispose: invoking.dispose }),
        };
      },
      onFault: (cause) =>
        options.onTrouble(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)),
    });
  } catch (cause) {
    throw listenFault(options, cause);
  }
}

function listenFault({ host, port }: LocalServiceOptions, cause: unknown): unknown {
  if (!(cause instanceof Error) || !("code" in cause)) return cause;
  switch (cause.code) {
    case "EADDRINUSE":
      return new BrigError("busy", `port ${port} of ${host} is taken`, "brig serve --port 0", { cause });
    case "EACCES":
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new BrigError("usage-invalid", `brig cannot listen on ${host}:${port}: ${cause.message}`, null, {
        cause,
      });
    default:
      return cause;
  }
}
