import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { AwsFault, renderFault } from "../aws-fault.ts";
import type { Executor, InvokeInput } from "../contract.ts";
import type { Directory, FunctionUrl } from "../directory.ts";
import { runInvocation } from "../invoke/invoke.ts";
import { synchronousLimit, tooLarge } from "../invoke/payload.ts";
import { makeTraceId } from "../invoke/trace-id.ts";
import { readBody } from "../read-body.ts";
import type { FunctionUrlHandler } from "../route.ts";
import { isPreflight, renderCors, renderPreflight, type CorsRequest } from "./cors.ts";
import { renderUrlEvent } from "./request-event.ts";
import { functionFailed, parseUrlResponse, type UrlResponse } from "./response.ts";
import { runStreaming } from "./run-streaming.ts";
import { createSender, type Sender } from "./sender.ts";
import { readAccessKey } from "./signature.ts";

export interface UrlOptions {
  readonly directory: Directory;
  readonly executor: Executor;
  readonly account: string;
  readonly now: () => Date;
}

/** Answers HTTP requests to function URLs by invoking their functions. */
export function createUrlHandler(options: UrlOptions): FunctionUrlHandler {
  return async (urlId, request, response) => {
    const requestId = randomUUID();
    const url = options.directory.findFunctionUrl(urlId);
    const cors: CorsRequest = {
      method: request.method ?? "GET",
      origin: request.headers.origin,
      requestedMethod: request.headers["access-control-request-method"],
    };
    const preflight = url?.cors !== undefined && isPreflight(cors);
    const headers = url?.cors === undefined || preflight ? [] : renderCors(url.cors, cors.origin);
    const send = createSender(request, response, requestId, headers);
    if (preflight) {
      return send.whole({ status: 200, headers: renderPreflight(url.cors, cors), body: Buffer.alloc(0) });
    }
    try {
      await answer(options, url, request, requestId, send);
    } catch (fault) {
      if (response.headersSent) response.destroy();
      else if (fault instanceof AwsFault) send.whole(renderAwsFault(fault, requestId));
      else throw fault;
    }
  };
}

async function answer(
  options: UrlOptions,
  url: FunctionUrl | undefined,
  request: IncomingMessage,
  requestId: string,
  send: Sender,
): Promise<void> {
  if (url === undefined) return send.whole(forbidden(null));
  const asksForKey = url.authType === "AWS_IAM";
  const accessKey = asksForKey ? readAccessKey(request.headers, request.url ?? "/") : undefined;
  if (asksForKey && accessKey === undefined) return send.whole(forbidden(unsigned));
  const input = await readEvent(options, url, request, requestId, accessKey);
  const { version, invokedArn } = options.directory.resolveTarget(url.functionArn, url.qualifier, url.region);
  const { executor } = options;
  if (url.invokeMode === "RESPONSE_STREAM") {
    return runStreaming(executor, version, { ...input, invokedArn }, send);
  }
  const outcome = await runInvocation(executor, version, { ...input, invokedArn });
  send.whole(outcome.functionError === null ? parseUrlResponse(outcome.payload) : functionFailed);
}

function renderAwsFault(fault: AwsFault, requestId: string): UrlResponse {
  const { status, headers, body } = renderFault(fault, "rest-json", requestId);
  return { status, headers: Object.entries(headers), body: Buffer.from(body) };
}

const unsigned =
  "Forbidden. For troubleshooting Function URL authorization issues, see: " +
  "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html";

function forbidden(message: string | null): UrlResponse {
  return {
    status: 403,
    headers: [
      ["content-type", "application/json"],
      ["x-amzn-errortype", "AccessDeniedException"],
    ],
    body: Buffer.from(JSON.stringify({ Message: message })),
  };
}

/** @throws AwsFault 413 */
async function readEvent(
  options: UrlOptions,
  url: FunctionUrl,
  request: IncomingMessage,
  requestId: string,
  accessKey: string | undefined,
): Promise<Omit<InvokeInput, "invokedArn">> {
  const body = await readBody(request, synchronousLimit, "InvokeFunction");
  const time = options.now();
  const ownTrace = request.headers["x-amzn-trace-id"];
  const traceId = typeof ownTrace === "string" ? ownTrace : makeTraceId(time);
  const event = renderUrlEvent(url, {
    method: request.method ?? "GET",
    target: request.url ?? "/",
    httpVersion: request.httpVersion,
    rawHeaders: request.rawHeaders,
    body,
    sourceIp: (request.socket.remoteAddress ?? "127.0.0.1").replace(/^::ffff:/, ""),
    requestId,
    traceId,
    account: options.account,
    time,
    accessKey,
  });
  const payload = Buffer.from(JSON.stringify(event));
  if (payload.length > synchronousLimit) {
    throw tooLarge(`Request must be smaller than ${synchronousLimit} bytes for the InvokeFunction operation`);
  }
  return { requestId, payload, traceId, streaming: false };
}
