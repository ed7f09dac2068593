import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { readAnswer } from "./runtime-answer.ts";
import type { InitAnswer, Invocation, RuntimeAnswer } from "./worker.ts";

/** Lambda's Runtime API for one environment (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html). */
export interface RuntimeApi {
  /** `127.0.0.1:PORT`, the value of AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /** Settles at the first request for an invocation, or when the runtime reports that it failed to start. */
  readonly ready: Promise<InitAnswer>;
  readonly invoke: (invocation: Invocation) => Promise<RuntimeAnswer>;
  /** Settles when the runtime asks for the next invocation, at once when it has already. */
  readonly rested: () => Promise<void>;
  readonly close: () => void;
}

/** Answers requests of other APIs at the same address; false when the path is none of theirs. */
export type OtherRoutes = (request: IncomingMessage, response: ServerResponse, path: string) => boolean;

interface Pending {
  readonly invocation: Invocation;
  readonly resolve: (answer: RuntimeAnswer) => void;
  state: "queued" | "sent" | "answered";
}

/** Bytes: a cause of a fault for X-Ray, up to 1 MB of JSON, comes as a header. */
const maxHeaderSize = 2 * 1024 * 1024;

const invocationPath = /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/;

export async function startRuntimeApi(otherRoutes: OtherRoutes): Promise<RuntimeApi> {
  let onInit: (answer: InitAnswer) => void = () => {};
  const ready = new Promise<InitAnswer>((resolve) => {
    onInit = resolve;
  });
  let pending: Pending | undefined;
  let waiting: ServerResponse | undefined;
  let onRest: () => void = () => {};

  const sendPending = (): void => {
    if (pending?.state !== "queued" || waiting === undefined) return;
    pending.state = "sent";
    waiting.writeHead(200, renderHeaders(pending.invocation)).end(pending.invocation.payload);
    waiting = undefined;
  };

  const takeAnswer = async (
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
    kind: "response" | "error",
  ): Promise<void> => {
    const current = pending;
    if (current?.invocation.requestId !== requestId || current.state === "queued")
      return refuse(response, 400, "InvalidRequestID", "Invalid request ID");
    if (current.state === "answered")
      return refuse(
        response,
        403,
        "InvalidStateTransition",
        "State transition from Answered to Answered is not allowed",
      );
    current.state = "answered";
    const answer = await readAnswer(request, kind, current.invocation.onChunk);
    if (answer === "invalid-mode") {
      current.state = "sent";
      return refuse(response, 400, "InvalidFunctionResponseMode", "Invalid function response mode");
    }
    // The connection broke: the process is about to end, which is the answer.
    if (answer === "truncated") return;
    if (answer.kind === "too-large")
      refuse(
        response,
        413,
        "RequestEntityTooLarge",
        "Exceeded maximum allowed payload size (6291556 bytes).",
      );
    else accept(response);
    // What the function printed before it answered has been read when this turn of the event loop is over.
    setImmediate(current.resolve, answer);
  };

  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    if (isForeign(request.headers)) {
      response.setHeader("connection", "close");
      return refuse(response, 403, "Forbidden", "the request is not the runtime's own");
    }
    const path = (request.url ?? "").split("?")[0]!;
    const route = `${request.method} ${path}`;
    if (route === "GET /2018-06-01/runtime/invocation/next") {
      waiting = response;
      onInit({ kind: "ready" });
      onRest();
      return sendPending();
    }
    const [, requestId, kind] = invocationPath.exec(path) ?? [];
    if (request.method === "POST" && requestId !== undefined)
      return void takeAnswer(request, response, requestId, kind === "error" ? "error" : "response");
    if (route === "POST /2018-06-01/runtime/init/error")
      return void readAnswer(request, "error", undefined).then((answer) => {
        if (typeof answer === "string" || answer.kind !== "error") return;
        accept(response);
        const { errorType, payload } = answer;
        setImmediate(onInit, { kind: "init-error", errorType, payload } satisfies InitAnswer);
      });
    if (route === "GET /2018-06-01/runtime/restore/next" || route === "GET /2018-06-01/ping")
      return reply(response, 200, "");
    // Of SnapStart, which nothing here restores from.
    if (route === "POST /2018-06-01/runtime/restore/error") {
      request.resume();
      return accept(response);
    }
    if (!otherRoutes(request, response, path)) {
      request.resume();
      refuse(response, 404, "NotFound", `${route} is not part of the Runtime API`);
    }
  };

  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 0, maxHeaderSize }, serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // The functions' processes keep the service alive, not their way to it.
  server.unref();
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    ready,
    invoke: (invocation) =>
      new Promise((resolve) => {
        pending = { invocation, resolve, state: "queued" };
        sendPending();
      }),
    rested: () =>
      new Promise((resolve) => {
        onRest = resolve;
        if (waiting !== undefined) resolve();
      }),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/**
 * Whether a web page asks: even a GET takes an invocation away. Browsers say so of all requests to loopback, and a page
 * that comes by DNS has a dot in its name; hand-made clients may call the Host as they like.
 */
function isForeign({ host = "", origin, "sec-fetch-site": site }: IncomingHttpHeaders): boolean {
  return origin !== undefined || site !== undefined || /\.[a-z]/i.test(host);
}

function renderHeaders(invocation: Invocation): Record<string, string> {
  const headers: Readonly<Record<string, string | undefined>> = {
    "Content-Type": "application/json",
    "Content-Length": String(invocation.payload.length),
    "Lambda-Runtime-Aws-Request-Id": invocation.requestId,
    "Lambda-Runtime-Deadline-Ms": String(invocation.deadlineMs),
    "Lambda-Runtime-Invoked-Function-Arn": invocation.invokedArn,
    "Lambda-Runtime-Trace-Id": invocation.traceId,
    "Lambda-Runtime-Client-Context": invocation.clientContext,
    "Lambda-Runtime-Cognito-Identity": invocation.cognitoIdentity,
    "Lambda-Runtime-Aws-Tenant-Id": invocation.tenantId,
  };
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) if (value) given[name] = renderHeader(value);
  return given;
}

/** A value's UTF-8 as Node takes it, a character a byte; control characters, which no header may hold, are blanks. */
function renderHeader(value: string): string {
  return Buffer.from(value)
    .toString("latin1")
    .replace(/[^\t\x20-\x7e\x80-\xff]/g, " ");
}

export function accept(response: ServerResponse): void {
  reply(response, 202, '{"status":"OK"}\n');
}

export function refuse(
  response: ServerResponse,
  status: number,
  errorType: string,
  errorMessage: string,
): void {
  reply(response, status, JSON.stringify({ errorMessage, errorType }));
}

/** With a length: small clients read no chunks. */
export function reply(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response
    .writeHead(status, {
      "Content-Type": "application/json",
      "Content-Length": String(Buffer.byteLength(body)),
      ...headers,
    })
    .end(body);
}
