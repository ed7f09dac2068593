import type { IncomingHttpHeaders } from "node:http";
import { type AwsFault, invalidRequestContent, validationFault } from "../aws-fault.ts";
import type { InvokeInput } from "../contract.ts";
import type { RequestContext } from "../route.ts";
import { makeTraceId } from "./trace-id.ts";

export type InvocationType = "RequestResponse" | "Event" | "DryRun";

/** Bytes of a client context before it is decoded (AWS, Invoke). */
const clientContextLimit = 3583;

/**
 * How to invoke.
 *
 * @throws AwsFault ValidationException
 */
export function readInvocationType<Type extends InvocationType>(
  headers: IncomingHttpHeaders,
  allowed: readonly Type[],
): Type | "RequestResponse" {
  const value = headers["x-amz-invocation-type"];
  if (value === undefined || value === "") return "RequestResponse";
  const type = allowed.find((one) => one === value);
  if (type !== undefined) return type;
  throw notOneOf("invocationType", String(value), allowed);
}

/** @throws AwsFault ValidationException */
export function wantsLogTail(headers: IncomingHttpHeaders): boolean {
  const value = headers["x-amz-log-type"];
  if (value === undefined || value === "" || value === "None") return false;
  if (value === "Tail") return true;
  throw notOneOf("logType", String(value), ["Tail", "None"]);
}

/**
 * What a request says about the caller and the trace, for the function's context.
 *
 * @throws AwsFault InvalidRequestContentException when the client context is not JSON in base64
 */
export function readInvokeInput(
  context: RequestContext,
  payload: Buffer,
  invokedArn: string,
  now: Date,
): InvokeInput {
  const { headers } = context.request;
  const clientContext = readClientContext(headers["x-amz-client-context"]);
  const tenantId = headers["x-amz-tenant-id"];
  const traceId = headers["x-amzn-trace-id"];
  return {
    requestId: context.requestId,
    payload,
    invokedArn,
    ...(clientContext === undefined ? {} : { clientContext }),
    ...(typeof tenantId === "string" ? { tenantId } : {}),
    traceId: typeof traceId === "string" ? traceId : makeTraceId(now),
    streaming: false,
  };
}

function readClientContext(header: string | string[] | undefined): string | undefined {
  if (header === undefined || header === "") return undefined;
  const text = String(header);
  if (text.length > clientContextLimit) {
    throw invalidRequestContent(
      `Client context must be no more than ${clientContextLimit} bytes when base64-encoded`,
    );
  }
  const decoded = Buffer.from(text, "base64").toString("utf8");
  try {
    const value: unknown = JSON.parse(decoded);
    if (typeof value === "object" && value !== null) return decoded;
  } catch {
    // Said below, in AWS's words.
  }
  throw invalidRequestContent("Client context must be a valid Base64-encoded JSON object.");
}

function notOneOf(member: string, value: string, allowed: readonly string[]): AwsFault {
  return validationFault([
    `Value '${value}' at '${member}' failed to satisfy constraint: ` +
      `Member must satisfy enum value set: [${allowed.join(", ")}]`,
  ]);
}
