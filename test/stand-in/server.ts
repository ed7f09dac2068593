import { randomUUID } from "node:crypto";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { AwsFault, type ErrorProtocol, notFound, renderFault } from "../../src/local/aws-fault.ts";
import { parseCredentialScope } from "../../src/local/credential-scope.ts";
import { readBody } from "../../src/local/read-body.ts";
import type { Answer } from "../../src/local/route.ts";
import { createS3 } from "../../src/local/s3/answer-s3.ts";
import type { BucketStore } from "../../src/local/s3/bucket-store.ts";
import type { Interference } from "./behaviour.ts";
import { createThrottle } from "./buckets.ts";
import { type Call, redactInput } from "./call.ts";
import { findHandler } from "./lambda/lambda.ts";
import { type Reader, createReader } from "./lambda/read.ts";
import { type LambdaRequest, parseReference } from "./lambda/request.ts";
import { checkRules } from "./lambda/rules.ts";
import { answerLogs } from "./logs.ts";
import { answerMonitoring, readMonitoring } from "./monitoring.ts";
import { checkPartAlgorithm, nameObjectOperation } from "./s3.ts";
import { answerSts } from "./sts.ts";
import type { World } from "./world.ts";

export interface ServerOptions {
  readonly world: World;
  readonly store: BucketStore;
  readonly calls: Call[];
  readonly onFault: (cause: unknown) => void;
}

/** A call once it is known whose it is, not yet done. */
interface Prepared {
  readonly call: Omit<Call, "index" | "at" | "status" | "fault">;
  readonly protocol: ErrorProtocol;
  /** What is wrong with the input; answered only after throttling and credentials. */
  readonly refusal?: unknown;
  readonly run: () => Promise<{ readonly answer: Answer | undefined; readonly afterwards?: () => void }>;
}

/** Under 50 MB as base64, and what stands around it. */
const bodyLimit = 80_000_000;

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

interface Parts extends ServerOptions {
  readonly reader: Reader;
  readonly throttle: ReturnType<typeof createThrottle>;
  readonly clock: () => number;
  readonly s3: ReturnType<typeof createS3>;
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

async function prepare(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<Prepared> {
  const url = request.url ?? "/";
  const [rawPath = "/", rawQuery = ""] = url.split("?");
  const scope = parseCredentialScope(request.headers.authorization, rawQuery);
  const region = scope?.region ?? "us-east-1";
  const nothing = {
    region,
    functionName: undefined,
    qualifier: undefined,
    input: {},
    bytes: 0,
    writes: false,
  };
  if (rawPath.startsWith("/_code/")) {
    return {
      call: { ...nothing, service: "code", operation: "DownloadCode" },
      protocol: "s3-xml",
      run: async () => ({ answer: downloadCode(rawPath, rawQuery, parts.world) }),
    };
  }
  switch (scope?.service ?? "none") {
    case "lambda":
      return prepareLambda(request, rawPath, rawQuery, region, parts);
    case "s3":
      return prepareObject(request, response, rawPath, rawQuery, region, parts);
    case "sts": {
      const body = await readBody(request, bodyLimit, "STS");
      return {
        call: { ...nothing, service: "sts", operation: "GetCallerIdentity", bytes: body.length },
        protocol: "query-xml",
        run: async () => ({ answer: answerSts(body, parts.world.account) }),
      };
    }
    case "logs": {
      const body = await readBody(request, bodyLimit, "Logs");
      const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
      return {
        call: { ...nothing, service: "logs", operation, bytes: body.length },
        protocol: "json-1.1",
        run: async () => ({
          answer: answerLogs(parts.world, operation, body, parts.world.behaviour.pageSize),
        }),
      };
    }
    case "monitoring": {
      const body = await readBody(request, bodyLimit, "CloudWatch");
      const asked = readMonitoring(rawPath, request.headers["x-amz-target"] as string | undefined, body);
      return {
        call: {
          ...nothing,
          service: "monitoring",
          operation: asked.operation,
          input: asked.input,
          bytes: body.length,
        },
        protocol: "json-1.1",
        run: async () => ({ answer: answerMonitoring(parts.world, asked) }),
      };
    }
    default:
      return {
        call: { ...nothing, service: "other", operation: scope?.service ?? "unsigned" },
        protocol: "rest-json",
        run: async () => {
          throw new AwsFault(403, "MissingAuthenticationToken", "Missing Authentication Token");
        },
      };
  }
}

async function prepareLambda(
  request: IncomingMessage,
  rawPath: string,
  rawQuery: string,
  region: string,
  { world, reader }: Parts,
): Promise<Prepared> {
  const method = request.method ?? "GET";
  const body = await readBody(request, bodyLimit, "Lambda");
  const matched = reader.match(method, rawPath, rawQuery);
  const operation = matched?.operation.name ?? `${method} ${rawPath}`;
  const writes = method !== "GET" && operation !== "Invoke";
  const bare = { service: "lambda" as const, operation, region, bytes: body.length, writes };
  try {
    if (matched === undefined)
      throw new AwsFault(404, "UnknownOperationException", `no operation ${operation}`);
    const handler = findHandler(operation);
    const { input, unknown, ignored } = reader.read(matched, {
      query: new URLSearchParams(rawQuery),
      header: (name) => {
        const value = request.headers[name.toLowerCase()];
        return typeof value === "string" ? value : undefined;
      },
      body,
    });
    const named = "FunctionName" in input ? input : { FunctionName: input["Resource"] };
    const { name, qualifier } = parseReference(named);
    for (const member of ignored) {
      world.violations.push(`${operation} of ${name} was sent ${member}, which AWS ignores`);
    }
    const endpoint = `http://${request.headers.host}`;
    const lambda: LambdaRequest = { world, operation, region, input, unknown, endpoint };
    return {
      call: { ...bare, functionName: name, qualifier, input: redactInput({ ...unknown, ...input }) },
      protocol: "rest-json",
      run: async () => {
        checkRules(operation, input);
        const { status = 200, headers, body: document, afterwards } = await handler(lambda);
        const answer: Answer = {
          status,
          headers: { "content-type": "application/json", ...headers },
          ...(document !== undefined && {
            body: Buffer.isBuffer(document) ? document : JSON.stringify(document),
          }),
        };
        return { answer, ...(afterwards && { afterwards }) };
      },
    };
  } catch (refusal) {
    return {
      call: { ...bare, functionName: undefined, qualifier: undefined, input: {} },
      protocol: "rest-json",
      refusal,
      run: () => Promise.reject(refusal),
    };
  }
}

function prepareObject(
  request: IncomingMessage,
  response: ServerResponse,
  rawPath: string,
  rawQuery: string,
  region: string,
  { world, s3, store }: Parts,
): Prepared {
  const query = new URLSearchParams(rawQuery);
  const method = request.method ?? "GET";
  const isCopy = request.headers["x-amz-copy-source"] !== undefined;
  const operation = nameObjectOperation(method, rawPath, query, isCopy);
  const length = request.headers["x-amz-decoded-content-length"] ?? request.headers["content-length"] ?? 0;
  const range = request.headers["x-amz-copy-source-range"];
  return {
    call: {
      service: "s3",
      operation,
      region,
      functionName: undefined,
      qualifier: undefined,
      input: {
        path: decodeURIComponent(rawPath),
        ...(range !== undefined && { range }),
        ...(query.has("partNumber") && { partNumber: Number(query.get("partNumber")) }),
      },
      bytes: Number(length),
      writes: method !== "GET" && method !== "HEAD",
    },
    protocol: "s3-xml",
    run: async () => {
      if (operation === "UploadPart") checkPartAlgorithm(store, query.get("uploadId"), request.headers);
      return {
        answer: await s3({
          operation,
          labels: {},
          query,
          region,
          account: world.account,
          requestId: randomUUID(),
          endpoint: `http://${request.headers.host}`,
          request,
          response,
          readBody: () => readBody(request, bodyLimit, operation),
        }),
      };
    },
  };
}

/** @throws AwsFault AccessDenied after ten minutes */
function downloadCode(rawPath: string, rawQuery: string, world: World): Answer {
  const zip = world.zips.get(rawPath.slice("/_code/".length));
  if (zip === undefined) throw notFound("The specified key does not exist.");
  const until = Number(new URLSearchParams(rawQuery).get("x-until"));
  if (world.now().getTime() > until) throw new AwsFault(403, "AccessDenied", "Request has expired");
  return { status: 200, headers: { "content-type": "application/zip" }, body: zip };
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
