import { isUtf8 } from "node:buffer";
import { AwsFault, invalidRequestContent } from "../aws-fault.ts";

/** Bytes of a payload that an answer is waited for: 6 MB (AWS, "Lambda quotas"). */
export const synchronousLimit = 6_291_456;

/** Bytes of an `Event` payload: 1 MB (AWS, "Lambda quotas"; 256 KB before 2025). */
export const asynchronousLimit = 1_048_576;

/**
 * The payload as the function gets it: the very bytes that the client sent. Nothing at all stands for `{}`.
 *
 * @throws AwsFault InvalidRequestContentException when it is not JSON in UTF-8
 */
export function parsePayload(body: Buffer): Buffer {
  if (body.length === 0) return Buffer.from("{}");
  if (!isUtf8(body)) throw unreadable("Invalid UTF-8");
  try {
    JSON.parse(body.toString("utf8"));
  } catch (fault) {
    throw unreadable(fault instanceof Error ? fault.message : String(fault));
  }
  return body;
}

/** @throws AwsFault RequestTooLargeException */
export function checkAsynchronousSize(payload: Buffer): void {
  if (payload.length <= asynchronousLimit) return;
  throw tooLarge(
    `${payload.length} byte payload is too large for the Event invocation type (limit ${asynchronousLimit} bytes)`,
  );
}

/** What the front says of a body over the route's limit, in the words that Invoke has for it. */
export async function readPayload(readBody: () => Promise<Buffer>): Promise<Buffer> {
  try {
    return await readBody();
  } catch (fault) {
    if (!(fault instanceof AwsFault) || fault.status !== 413) throw fault;
    throw tooLarge(`Request must be smaller than ${synchronousLimit} bytes for the InvokeFunction operation`);
  }
}

export function tooLarge(message: string): AwsFault {
  return new AwsFault(413, "RequestTooLargeException", message);
}

function unreadable(why: string): AwsFault {
  return invalidRequestContent(
    `Could not parse request body into json: Could not parse payload into json: ${why}`,
  );
}
