import type { IncomingHttpHeaders } from "node:http";
import { AwsFault } from "../../src/local/aws-fault.ts";
import type { BucketStore } from "../../src/local/s3/bucket-store.ts";

/**
 * S3 of the stand-in: the embedded small S3 does the bytes (5 MiB parts, checksums of all parts at completion), the
 * stand-in counts and disturbs. Its second opinion is moto's server.
 */
export function nameObjectOperation(
  method: string,
  rawPath: string,
  query: URLSearchParams,
  isCopy: boolean,
): string {
  const hasKey = rawPath.split("/").length > 2 && !rawPath.endsWith("/");
  if (query.has("uploads")) return method === "POST" ? "CreateMultipartUpload" : "ListMultipartUploads";
  if (query.has("uploadId")) {
    switch (method) {
      case "PUT":
        return isCopy ? "UploadPartCopy" : "UploadPart";
      case "POST":
        return "CompleteMultipartUpload";
      case "DELETE":
        return "AbortMultipartUpload";
      default:
        return "ListParts";
    }
  }
  switch (method) {
    case "PUT":
      return hasKey ? (isCopy ? "CopyObject" : "PutObject") : "CreateBucket";
    case "HEAD":
      return hasKey ? "HeadObject" : "HeadBucket";
    case "DELETE":
      return hasKey ? "DeleteObject" : "DeleteBucket";
    case "POST":
      return "DeleteObjects";
    default:
      return hasKey ? "GetObject" : rawPath === "/" ? "ListBuckets" : "ListObjectsV2";
  }
}

/**
 * A part's checksum must be of the algorithm that its upload was created with.
 *
 * @throws AwsFault InvalidRequest
 */
export function checkPartAlgorithm(
  store: BucketStore,
  uploadId: string | null,
  headers: IncomingHttpHeaders,
): void {
  const uploads = [...store.buckets.values()].flatMap((bucket) => [...bucket.uploads.values()]);
  const expected = uploads.find(({ id }) => id === uploadId)?.algorithm?.toLowerCase();
  const asked = headers["x-amz-sdk-checksum-algorithm"] ?? headers["x-amz-trailer"];
  const actual = typeof asked === "string" ? asked.toLowerCase().replace("x-amz-checksum-", "") : "null";
  if (expected === undefined || actual === expected || `x-amz-checksum-${expected}` in headers) return;
  throw new AwsFault(
    400,
    "InvalidRequest",
    `Checksum Type mismatch occurred, expected checksum Type: ${expected}, actual checksum Type: ${actual}`,
  );
}
