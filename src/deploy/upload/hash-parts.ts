import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { BrigError } from "../../errors.ts";
import type { Part } from "./plan-parts.ts";

/**
 * The SHA-256 of each part in base64, as S3 takes and gives them. What the whole file has is looked at in the same
 * reading: nothing is uploaded under the name of another zip.
 *
 * @param parts in order, without gaps, the whole file
 * @param sha256 hex, of the whole file
 * @throws BrigError `hash-mismatch` when the file is not what it was when it was built
 */
export async function hashParts(
  file: string,
  sha256: string,
  parts: readonly Part[],
): Promise<readonly string[]> {
  const whole = createHash("sha256");
  const digests: string[] = [];
  for (const { start, end } of parts) {
    const hash = createHash("sha256");
    // The end of a stream is the last byte that it gives.
    const bytes = createReadStream(file, { start, end: end - 1, highWaterMark: 1 << 20 });
    for await (const chunk of bytes as AsyncIterable<Buffer>) {
      hash.update(chunk);
      whole.update(chunk);
    }
    digests.push(hash.digest("base64"));
  }
  if (whole.digest("hex") !== sha256) {
    throw new BrigError("hash-mismatch", `${file} has changed since it was built`, "brig build --force");
  }
  return digests;
}
