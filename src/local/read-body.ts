import type { IncomingMessage } from "node:http";
import { AwsFault } from "./aws-fault.ts";

/**
 * The whole body of a request. What is over the limit is not kept in memory.
 *
 * @param limit bytes
 * @throws AwsFault 413 naming the limit and the operation
 */
export function readBody(request: IncomingMessage, limit: number, operation: string): Promise<Buffer> {
  // By events: iterating over a request costs more than all else that is done for a small one.
  return new Promise((resolve, reject) => {
    const claimed = Number(request.headers["content-length"] ?? 0);
    if (claimed > limit) return reject(tooLarge(limit, operation));
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= limit) return void chunks.push(chunk);
      request.off("data", take).pause();
      reject(tooLarge(limit, operation));
    };
    request.on("data", take);
    request.once("error", reject);
    request.once("end", () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)));
  });
}

function tooLarge(limit: number, operation: string): AwsFault {
  return new AwsFault(
    413,
    "RequestEntityTooLargeException",
    `Request must be smaller than ${limit} bytes for the ${operation} operation`,
  );
}
