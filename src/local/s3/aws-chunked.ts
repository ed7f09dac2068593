import { s3Fault } from "./fault.ts";

/** Bytes that a chunk's first line or all trailers may have. */
const longestLine = 16_384;

/**
 * The payload of a body in the `aws-chunked` encoding: chunks of `<hex size>[;chunk-signature=…]\r\n<bytes>\r\n`, the last
 * of size 0, then trailers (Amazon S3 API Reference, "Signature Calculations for the Authorization Header: Transferring
 * Payload in Multiple Chunks"). Signatures are not verified.
 *
 * @param onTrailer called with each trailer's lower-case name and value
 * @throws AwsFault IncompleteBody
 */
export async function* decodeAwsChunked(
  body: AsyncIterable<Buffer>,
  onTrailer: (name: string, value: string) => void,
): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  /** Bytes of the present chunk still to come; undefined between chunks. */
  let left: number | undefined;
  let inTrailers = false;
  let done = false;
  for await (const piece of body) {
    held = held.length === 0 ? piece : Buffer.concat([held, piece]);
    while (held.length > 0 && !done) {
      if (left !== undefined && left > 0) {
        const take = held.subarray(0, left);
        left -= take.length;
        held = held.subarray(take.length);
        yield take;
        continue;
      }
      const end = held.indexOf("\r\n");
      if (end === -1) {
        if (held.length > longestLine) throw incomplete();
        break;
      }
      const line = held.toString("latin1", 0, end);
      held = held.subarray(end + 2);
      if (inTrailers) {
        if (line === "") done = true;
        else readTrailer(line, onTrailer);
      } else if (left === 0) {
        // The line end behind a chunk.
        if (line !== "") throw incomplete();
        left = undefined;
      } else {
        const size = parseSize(line);
        inTrailers = size === 0;
        left = size === 0 ? undefined : size;
      }
    }
  }
  if (!inTrailers) throw incomplete();
  // The blank line behind the trailers is sometimes left out.
  if (!done && held.length > 0) readTrailer(held.toString("latin1").trim(), onTrailer);
}

function parseSize(line: string): number {
  const [, hex] = /^([0-9a-fA-F]{1,8})(?:;.*)?$/.exec(line) ?? [];
  if (hex === undefined) throw incomplete();
  return Number.parseInt(hex, 16);
}

function readTrailer(line: string, onTrailer: (name: string, value: string) => void): void {
  const colon = line.indexOf(":");
  if (colon > 0) onTrailer(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
}

function incomplete(): Error {
  return s3Fault("IncompleteBody");
}
