import { randomUUID } from "node:crypto";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { AwsFault, type ErrorProtocol, renderFault } from "../../src/local/aws-fault.ts";
import type { Answer } from "../../src/local/route.ts";
import { createS3 } from "../../src/local/s3/answer-s3.ts";
import type { BucketStore } from "../../src/local/s3/bucket-store.ts";
import type { Interference } from "./behaviour.ts";
import { createThrottle } from "./buckets.ts";
import type { Call } from "./call.ts";
import { createReader } from "./lambda/read.ts";
import { prepare } from "./prepare.ts";
import type { PrepareParts } from "./prepared.ts";
import type { World } from "./world.ts";

export interface ServerOptions {
  readonly world: World;
  readonly store: BucketStore;
  readonly calls: Call[];
  readonly onFault: (cause: unknown) => void;
}

export async function createStandInServer(options: ServerOptions): Promise<Server> {
  const reader = await createReader();
  const started = performance.now();
  const throttle = createThrottle();
  const clock = (): number => performance.now() - started;
  const s3 = createS3(options.store);
  return createServer({ requestTimeout: 0, keepAliveTimeout: 120_000 }, (request, response) => {
    serve(request, response, { ...options, reader, throttle, clock, s3 }).catch((cause: unknown) => {
      options.onFault(cause);
      response.destroy();
    });
  });
}

interface Parts extends PrepareParts {
  readonly calls: Call[];
  readonly throttle: ReturnType<typeof createThrottle>;
  readonly clock: () => number;
  readonly onFault: (cause: unknown) => void;
}

async function serve(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<void> {
  const { world, calls, clock, throttle } = parts;
  const { behaviour } = world;
  const at = clock();
  const prepared = await prepare(request, response, parts);
  const call: { -readonly [Name in keyof Call]: Call[Name] } = {
    index: calls.length + 1,
    at,
    ...prepared.call,
    status: undefined,
    fault: undefined,
  };
  calls.push(call);
  if (behaviour.latency > 0) await delay(behaviour.latency);
  try {
    if (call.service === "lambda" && behaviour.throttle && !throttle(call.operation, clock())) {
      throw throttled();
    }
    checkCredentials(call, world);
    if ((await interfere(behaviour.before?.(call))) === "drop") return drop(call, "dropped before", response);
    if (prepared.refusal !== undefined) throw prepared.refusal;
    const { answer, afterwards } = await prepared.run();
    const isDropped = (await interfere(behaviour.after?.(call))) === "drop";
    if (isDropped) drop(call, "dropped after", response);
    else if (answer !== undefined) send(call, answer, response);
    // The handler of an object's bytes has answered by itself.
    else call.status = response.statusCode;
    afterwards?.();
  } catch (cause) {
    fail(call, cause, prepared.protocol, response, parts);
  }
}

async function interfere(interference: Interference): Promise<"drop" | undefined> {
  const result = await interference;
  if (result instanceof AwsFault) throw result;
  return result ?? undefined;
}

function drop(call: { fault: string | undefined }, how: string, response: ServerResponse): void {
  call.fault = how;
  response.req.socket.destroy();
}

/** TooManyRequestsException as the control plane says it. */
export function throttled(): AwsFault {
  return new AwsFault(
    429,
    "TooManyRequestsException",
    "Rate exceeded",
    { Reason: "CallerRateLimitExceeded" },
    { "retry-after": "1" },
  );
}

function checkCredentials({ service, operation, functionName }: Call, { behaviour, account }: World): void {
  if (service === "code") return;
  if (behaviour.expired) {
    const message = "The security token included in the request is expired";
    throw service === "lambda"
      ? new AwsFault(403, "ExpiredTokenException", message)
      : new AwsFault(403, "ExpiredToken", message);
  }
  const prefix = service === "monitoring" ? "cloudwatch" : service;
  const action = `${prefix}:${operation === "Invoke" ? "InvokeFunction" : operation}`;
  if (!behaviour.denied.has(action)) return;
  if (service === "s3") throw new AwsFault(403, "AccessDenied", "Access Denied");
  throw new AwsFault(
    403,
    "AccessDeniedException",
    `User: arn:aws:iam::${account}:user/tester is not authorized to perform: ${action} on resource: ` +
      `${functionName ?? "*"} because no identity-based policy allows the ${action} action`,
  );
}

function send(
  call: { status: number | undefined },
  { status, headers = {}, body = "" }: Answer,
  response: ServerResponse,
): void {
  call.status = status;
  const length =
    status === 204 || headers["content-length"] !== undefined
      ? {}
      : { "content-length": Buffer.byteLength(body) };
  response.writeHead(status, { "x-amzn-requestid": randomUUID(), ...length, ...headers });
  response.end(response.req.method === "HEAD" ? undefined : body);
}

function fail(
  call: { status: number | undefined; fault: string | undefined },
  cause: unknown,
  protocol: ErrorProtocol,
  response: ServerResponse,
  { onFault }: Parts,
): void {
  const isKnown = cause instanceof AwsFault;
  if (!isKnown) onFault(cause);
  const fault = isKnown
    ? cause
    : new AwsFault(500, "ServiceException", `the stand-in broke: ${String(cause)}`);
  call.fault = fault.code;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, headers, body } = renderFault(fault, protocol, randomUUID());
  // What is left of a body that was not read must not be taken for the next request.
  const close = response.req.complete ? {} : { connection: "close" };
  send(call, { status, headers: { ...headers, ...close }, body }, response);
}
