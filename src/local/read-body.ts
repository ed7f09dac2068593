import type { IncomingMessage } from "node:http";
import { AwsFault } from "./aws-fault.ts";

/**
 * The whole body of a request. What is over the limit is not kept in memory.
 *
 * @param limit bytes
 * @throws AwsFault 413 naming the limit and the operation
 */
export async function readBody(request: IncomingMessage, limit: number, operation: string): Promise<Buffer> {
  const claimed = Number(request.headers["content-length"] ?? 0);
  if (claimed > limit) throw tooLarge(limit, operation);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw tooLarge(limit, operation);
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size);
}

function tooLarge(limit: number, operation: string): AwsFault {
  return new AwsFault(
    413,
    "RequestEntityTooLargeException",
    `Request must be smaller than ${limit} bytes for the ${operation} operation`,
  );
}
