import type { IncomingMessage } from "node:http";
import { longestResponse, type Invocation, type RuntimeAnswer } from "./worker.ts";

/**
 * Reads what a runtime posts as the answer to an invocation. Streamed or not shows only in part: Go's client sends
 * pieces and trailers without saying so, hence an answer with a fault in its trailers is a broken stream in any case,
 * and the pieces of one that is wanted as a stream are handed on as they come.
 */
export async function readAnswer(
  request: IncomingMessage,
  kind: "response" | "error",
  onChunk: Invocation["onChunk"],
): Promise<RuntimeAnswer | "invalid-mode" | "truncated"> {
  const mode = request.headers["lambda-runtime-function-response-mode"];
  if (kind === "response" && mode !== undefined && mode !== "streaming") {
    request.resume();
    return "invalid-mode";
  }
  const contentType = request.headers["content-type"] ?? "application/json";
  const streamed = mode === "streaming" || (kind === "response" && onChunk !== undefined);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (streamed) onChunk?.(chunk, contentType);
      // A stream is not held back here; only what an invocation without one returns is limited.
      if (size <= longestResponse) chunks.push(chunk);
    }
  } catch {
    return "truncated";
  }
  if (size > longestResponse && (!streamed || onChunk === undefined)) return { kind: "too-large" };
  const payload = Buffer.concat(chunks);
  if (kind === "error") {
    const type = request.headers["lambda-runtime-function-error-type"];
    return { kind: "error", errorType: readErrorType(type, payload), payload, last: false };
  }
  const faultType = request.trailers["lambda-runtime-function-error-type"];
  const faultBody = request.trailers["lambda-runtime-function-error-body"];
  const fault =
    faultType === undefined
      ? undefined
      : { type: faultType, body: Buffer.from(faultBody ?? "", "base64").toString("utf8") };
  return streamed || fault !== undefined
    ? { kind: "streamed", payload, contentType, fault }
    : { kind: "response", payload, contentType };
}

/** The payload's own errorType, which Lambda passes on as it is; else the header's. */
function readErrorType(header: string | string[] | undefined, payload: Buffer): string {
  try {
    const report: unknown = JSON.parse(payload.toString("utf8"));
    if (typeof report === "object" && report !== null && "errorType" in report)
      return String(report.errorType);
  } catch {
    // Not JSON: the runtime may send what it likes.
  }
  return typeof header === "string" ? header : "Runtime.Unknown";
}
