import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { BrigError } from "../errors.ts";
import { zippedLimit, unzippedLimit } from "../build/limits.ts";

/** No zip of Lambda's is larger than what it may unpack to, and the headers of its files. */
const largest = unzippedLimit + zippedLimit;
const mostAttempts = 3;

/**
 * The zip that a version runs, whole, in memory.
 *
 * @param location `Code.Location` of GetFunction: a signed address that is valid for ten minutes, and no secret may show
 * @param codeSha256 as AWS reports it: base64
 * @param name what errors call it
 * @throws BrigError `download-failed`, `hash-mismatch` when the bytes are not those that AWS reports
 */
export async function downloadCode(
  location: string,
  codeSha256: string,
  name: string,
  signal: AbortSignal,
): Promise<Buffer> {
  const bytes = await fetchPatiently(location, name, signal);
  const actual = createHash("sha256").update(bytes).digest("base64");
  if (actual === codeSha256) return bytes;
  throw new BrigError(
    "hash-mismatch",
    `the code of ${name} has the SHA-256 ${actual}, and AWS reports ${codeSha256}`,
    "try again: it may have been deployed meanwhile",
  );
}

/** A connection that breaks is tried again; what the server refuses is not. */
async function fetchPatiently(location: string, name: string, signal: AbortSignal): Promise<Buffer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await fetchBytes(location, name, signal);
    } catch (fault) {
      const isBroken = fault instanceof BrigError && fault.cause !== undefined;
      if (!isBroken || attempt === mostAttempts) throw fault;
      await sleep(200 * attempt, undefined, { signal });
    }
  }
}

async function fetchBytes(location: string, name: string, signal: AbortSignal): Promise<Buffer> {
  const fault = (reason: string, cause?: unknown): BrigError =>
    new BrigError("download-failed", `the code of ${name} cannot be downloaded: ${reason}`, null, { cause });
  let response: Response;
  try {
    response = await fetch(location, { signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw fault(reasonOf(cause), cause);
  }
  if (!response.ok) throw fault(`the server answers ${response.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > largest) throw fault(`it is larger than ${largest} bytes`);
    }
  } catch (cause) {
    signal.throwIfAborted();
    throw cause instanceof BrigError ? cause : fault(reasonOf(cause), cause);
  }
  return Buffer.concat(chunks, size);
}

/** fetch says "fetch failed", and why in the cause. The address holds a signature, so it is not shown. */
function reasonOf(fault: unknown): string {
  const inner = fault instanceof Error && fault.cause instanceof Error ? fault.cause : fault;
  const code = (inner as NodeJS.ErrnoException).code;
  return code ?? (inner instanceof Error ? inner.message : String(inner));
}
