import { randomUUID } from "node:crypto";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { AwsFault, type ErrorProtocol, renderFault } from "./aws-fault.ts";
import { parseCredentialScope } from "./credential-scope.ts";
import { type Audience, type Binding, selectAudience } from "./host-check.ts";
import { readBody } from "./read-body.ts";
import type { Answer, FunctionUrlHandler, Handler, RequestContext } from "./route.ts";

/** What a request is for, once the front knows. */
export interface Selected {
  readonly operation: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly protocol: ErrorProtocol;
  /** Bytes. */
  readonly bodyLimit: number;
  readonly handler: Handler;
}

/** A request as far as it matters for choosing who answers it. */
export interface Arrival {
  readonly method: string;
  readonly rawPath: string;
  readonly rawQuery: string;
  /** Of the signature. */
  readonly scope: { readonly region: string; readonly service: string } | undefined;
  readonly audience: Exclude<Audience, { readonly kind: "function-url" }>;
  readonly request: IncomingMessage;
}

export interface FrontOptions extends Binding {
  readonly region: string;
  readonly account: string;
  readonly select: (arrival: Arrival) => Selected | Promise<Selected>;
  readonly functionUrl: FunctionUrlHandler;
  /** A fault of the service's own, already answered with 500. */
  readonly onFault: (cause: unknown) => void;
}

/** The HTTP server: checks Host and Origin before anything else, and turns what handlers throw into AWS's errors. */
export function createFront(options: FrontOptions): Server {
  const server = createServer(
    // Invocations may take 15 minutes, and streams longer.
    { requestTimeout: 0, keepAliveTimeout: 120_000, maxHeaderSize: 1 << 20 },
    (request, response) => {
      answer(request, response, options).catch((cause: unknown) => {
        options.onFault(cause);
        response.destroy();
      });
    },
  );
  return server;
}

const refusal = JSON.stringify({
  message: "Forbidden: the Host or Origin of the request is not this service's own",
});
const noQuery = new URLSearchParams();

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: FrontOptions,
): Promise<void> {
  const { host, origin } = request.headers;
  const audience = selectAudience(host, origin, options);
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  const rawPath = mark === -1 ? url : url.slice(0, mark);
  const rawQuery = mark === -1 ? "" : url.slice(mark + 1);
  const scope = parseCredentialScope(request.headers.authorization, rawQuery);
  if (
    audience === undefined ||
    !url.startsWith("/") ||
    // A page can have a name below localhost in its address, but cannot sign as S3 without asking first.
    (audience.kind === "bucket" && scope?.service !== "s3")
  ) {
    response.writeHead(403, { "content-type": "application/json", connection: "close" }).end(refusal);
    return;
  }
  const requestId = randomUUID();
  let protocol: ErrorProtocol = "rest-json";
  try {
    if (audience.kind === "function-url") {
      await options.functionUrl(audience.urlId, request, response);
      return;
    }
    const method = request.method ?? "GET";
    const arrival: Arrival = { method, rawPath, rawQuery, scope, audience, request };
    const chosen = options.select(arrival);
    const selected = chosen instanceof Promise ? await chosen : chosen;
    ({ protocol } = selected);
    const context: RequestContext = {
      operation: selected.operation,
      labels: selected.labels,
      query: rawQuery === "" ? noQuery : new URLSearchParams(rawQuery),
      region: scope?.region ?? options.region,
      account: options.account,
      requestId,
      endpoint: `http://${host}`,
      request,
      response,
      readBody: () => readBody(request, selected.bodyLimit, selected.operation),
    };
    const result = await selected.handler(context);
    if (result !== undefined) send(response, result, requestId);
  } catch (cause) {
    fail(cause, protocol, requestId, response, options);
  }
}

function send(response: ServerResponse, result: Answer, requestId: string): void {
  const body = result.body ?? "";
  const headers: Record<string, string | number> = { "x-amzn-requestid": requestId, ...result.headers };
  if (result.status !== 204 && result.status !== 304 && headers["content-length"] === undefined) {
    headers["content-length"] = Buffer.byteLength(body);
  }
  response.writeHead(result.status, headers).end(body);
}

function fail(
  cause: unknown,
  protocol: ErrorProtocol,
  requestId: string,
  response: ServerResponse,
  options: FrontOptions,
): void {
  const fault =
    cause instanceof AwsFault
      ? cause
      : new AwsFault(500, "ServiceException", "An error occurred and the request cannot be processed.");
  if (fault !== cause) options.onFault(cause);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, headers, body } = renderFault(fault, protocol, requestId);
  // What is left of a body that was not read must not be taken for the next request.
  const close = response.req.complete ? {} : { connection: "close" };
  const answered = response.req.method === "HEAD" ? "" : body;
  send(response, { status, headers: { ...headers, ...close }, body: answered }, requestId);
}
