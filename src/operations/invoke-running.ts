import { type IncomingMessage, request } from "node:http";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { decodeEventMessages } from "./decode-event-messages.ts";
import type { InvokeReport } from "./invoke-report.ts";
import type { InvokePorts, InvokeSettings } from "./invoke-ports.ts";
import { parseReport } from "./parse-report.ts";
import type { RunningService } from "./running-service.ts";

/** Asks `brig serve` to look at the function's files before it answers. */
export const freshHeader = "x-brig-fresh";
/** Its answer when the files do not build, and older code runs: why, percent-encoded. */
export const staleHeader = "x-brig-stale";

/**
 * Invokes a function in a running `brig serve`, as any client would.
 *
 * @returns `undefined` when nobody answers there any more
 * @throws BrigError what the service refuses
 */
export async function invokeRunning(
  service: RunningService,
  functionName: string,
  payload: Buffer,
  settings: InvokeSettings,
  ports: InvokePorts,
  context: Context,
): Promise<InvokeReport | undefined> {
  const version = settings.stream ? "2021-11-15" : "2015-03-31";
  const action = settings.stream ? "response-streaming-invocations" : "invocations";
  const qualifier =
    settings.qualifier === undefined ? "" : `?Qualifier=${encodeURIComponent(settings.qualifier)}`;
  const url = `${service.endpoint}/${version}/functions/${functionName}/${action}${qualifier}`;
  const headers: Record<string, string> = {
    "content-type": "application/json",
    "x-amz-invocation-type": settings.asynchronous ? "Event" : "RequestResponse",
    [freshHeader]: "1",
    ...(!settings.asynchronous && { "x-amz-log-type": "Tail" }),
    ...(settings.clientContext !== undefined && {
      "x-amz-client-context": Buffer.from(settings.clientContext).toString("base64"),
    }),
  };
  let response: IncomingMessage;
  try {
    response = await post(url, headers, payload, context.signal);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ECONNREFUSED") return undefined;
    throw serviceGone(service, cause);
  }
  const stale = response.headers[staleHeader];
  if (typeof stale === "string") {
    const text = `goes on with its old code: ${decodeURIComponent(stale)}`;
    context.report({ kind: "note", subject: functionName, text });
  }
  const streamed = response.headers["content-type"] === "application/vnd.amazon.eventstream";
  const pieces: Buffer[] = [];
  const decoder = decodeEventMessages((chunk) => {
    pieces.push(chunk);
    ports.onChunk(chunk);
  });
  try {
    for await (const bytes of response as AsyncIterable<Buffer>) {
      if (streamed) decoder.add(bytes);
      else pieces.push(bytes);
    }
  } catch (cause) {
    throw serviceGone(service, cause);
  }
  const body = Buffer.concat(pieces);
  const status = response.statusCode ?? 0;
  if (status >= 300) throw refusal(status, response.headers["x-amzn-errortype"], body);
  const end = decoder.end();
  const log = String(response.headers["x-amz-log-result"] ?? end.LogResult ?? "");
  const logs = Buffer.from(log, "base64").toString("utf8");
  const executed = response.headers["x-amz-executed-version"];
  const failed =
    response.headers["x-amz-function-error"] ?? (end.ErrorCode === undefined ? null : "Unhandled");
  return {
    statusCode: status,
    functionError: failed === null ? null : String(failed),
    executedVersion: executed === undefined ? null : String(executed),
    payload: end.ErrorDetails === undefined ? body : Buffer.from(end.ErrorDetails),
    logs,
    ...parseReport(logs),
  };
}

function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const length = { "content-length": String(body.length) };
    const sent = request(url, { method: "POST", headers: { ...headers, ...length }, signal, agent: false });
    sent.on("response", resolve);
    sent.on("error", reject);
    sent.end(body);
  });
}

function serviceGone(service: RunningService, cause: unknown): BrigError {
  return new BrigError(
    "function-failed",
    `brig serve at ${service.endpoint} ended before it answered`,
    "call it again: without a running service the function gets an environment of its own",
    { cause },
  );
}

function refusal(status: number, type: string | string[] | undefined, body: Buffer): BrigError {
  let message = body.toString("utf8");
  try {
    const value = JSON.parse(message) as { readonly Message?: string; readonly message?: string };
    message = value.Message ?? value.message ?? message;
  } catch {
    // Then the text itself is the message.
  }
  const code =
    status === 404 ? "function-not-found" : status === 429 ? ("throttled" as const) : "function-failed";
  return new BrigError(code, `${type === undefined ? `status ${status}` : String(type)}: ${message}`);
}
