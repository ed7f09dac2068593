import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { type RunningSum, startCrc32, startCrc32c, startCrc64Nvme } from "./crc.ts";

/** The algorithms of `x-amz-checksum-…` (Amazon S3 User Guide, "Checking object integrity"). */
export const checksumAlgorithms = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const;
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

/** A checksum in base64; of the parts' checksums with `-<number of parts>` when the parts' were put together. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string;
  readonly type: "FULL_OBJECT" | "COMPOSITE";
}

export function startChecksum(algorithm: ChecksumAlgorithm): RunningSum {
  switch (algorithm) {
    case "CRC32":
      return startCrc32();
    case "CRC32C":
      return startCrc32c();
    case "CRC64NVME":
      return startCrc64Nvme();
    case "SHA1":
    case "SHA256": {
      const hash = createHash(algorithm.toLowerCase());
      return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
    }
  }
}

export function parseAlgorithm(text: string | undefined): ChecksumAlgorithm | undefined {
  return checksumAlgorithms.find((algorithm) => algorithm === text?.toUpperCase());
}

export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** The algorithm that a request speaks of: by its checksum, its trailer's name, or by itself. */
export function selectAlgorithm(headers: IncomingHttpHeaders): ChecksumAlgorithm | undefined {
  const byHeader = checksumAlgorithms.find((algorithm) => headers[checksumHeader(algorithm)] !== undefined);
  if (byHeader !== undefined) return byHeader;
  const trailer = String(headers["x-amz-trailer"] ?? "").toLowerCase();
  const trailers = trailer.split(",").map((name) => name.trim());
  const byTrailer = checksumAlgorithms.find((algorithm) => trailers.includes(checksumHeader(algorithm)));
  if (byTrailer !== undefined) return byTrailer;
  const named = headers["x-amz-sdk-checksum-algorithm"] ?? headers["x-amz-checksum-algorithm"];
  return parseAlgorithm(typeof named === "string" ? named : undefined);
}

/** The element's name in S3's XML, as `ChecksumCRC32`. */
export function checksumElement(algorithm: ChecksumAlgorithm): string {
  return `Checksum${algorithm}`;
}

export function checksumHeaders(checksum: Checksum | undefined): Record<string, string> {
  if (checksum === undefined) return {};
  return { [checksumHeader(checksum.algorithm)]: checksum.value, "x-amz-checksum-type": checksum.type };
}
