import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rm } from "node:fs/promises";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { decodeAwsChunked } from "./aws-chunked.ts";
import type { BucketStore, StoredBytes } from "./bucket-store.ts";
import { type ChecksumAlgorithm, checksumHeader, selectAlgorithm, startChecksum } from "./checksum.ts";
import { s3Fault } from "./fault.ts";

/** 5 GB: the AWS page "Amazon S3 quotas", one PUT. */
const largestBody = 5 * 1024 ** 3;

/**
 * Writes the body of a request to a file of the store, checked against what the request claims of it: length, MD5,
 * checksum in a header or trailer.
 *
 * @throws AwsFault BadDigest, EntityTooLarge, IncompleteBody
 */
export async function receiveBody(
  request: IncomingMessage,
  store: BucketStore,
  fallback?: ChecksumAlgorithm,
): Promise<StoredBytes> {
  const { headers } = request;
  const algorithm = selectAlgorithm(headers) ?? fallback;
  const trailers = new Map<string, string>();
  const body = isAwsChunked(headers)
    ? decodeAwsChunked(request, (name, value) => trailers.set(name, value))
    : (request as AsyncIterable<Buffer>);
  const bytes = await writeBytes(body, store, algorithm);
  try {
    check(bytes, headers, trailers);
  } catch (cause) {
    await store.discard(bytes);
    throw cause;
  }
  return bytes;
}

/** Writes bytes to a file of the store while summing them. */
export async function writeBytes(
  body: AsyncIterable<Buffer>,
  store: BucketStore,
  algorithm: ChecksumAlgorithm | undefined,
): Promise<StoredBytes> {
  const file = await store.newFile();
  const md5 = createHash("md5");
  const sum = algorithm === undefined ? undefined : startChecksum(algorithm);
  let size = 0;
  const handle = await open(file, "wx");
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > largestBody) throw s3Fault("EntityTooLarge");
      md5.update(chunk);
      sum?.update(chunk);
      await handle.writeFile(chunk);
    }
  } catch (cause) {
    await rm(file, { force: true });
    throw cause;
  } finally {
    await handle.close();
  }
  return {
    file,
    size,
    etag: md5.digest("hex"),
    checksum:
      algorithm === undefined || sum === undefined
        ? undefined
        : { algorithm, value: sum.digest().toString("base64"), type: "FULL_OBJECT" },
  };
}

/** The bytes of stored files, one after the other. */
export async function* readFiles(
  pieces: readonly { readonly file: string; readonly start?: number; readonly end?: number }[],
): AsyncGenerator<Buffer> {
  for (const { file, ...range } of pieces) yield* createReadStream(file, range) as AsyncIterable<Buffer>;
}

function isAwsChunked(headers: IncomingHttpHeaders): boolean {
  return (
    String(headers["x-amz-content-sha256"] ?? "").startsWith("STREAMING-") ||
    /(^|[\s,])aws-chunked([\s,]|$)/.test(headers["content-encoding"] ?? "")
  );
}

function check(
  bytes: StoredBytes,
  headers: IncomingHttpHeaders,
  trailers: ReadonlyMap<string, string>,
): void {
  const length = headers["x-amz-decoded-content-length"];
  if (length !== undefined && Number(length) !== bytes.size) throw s3Fault("IncompleteBody");
  const md5 = headers["content-md5"];
  if (md5 !== undefined && Buffer.from(String(md5), "base64").toString("hex") !== bytes.etag) {
    throw s3Fault("BadDigest", "The Content-MD5 you specified did not match what we received.");
  }
  if (bytes.checksum === undefined) return;
  const { algorithm, value } = bytes.checksum;
  const claimed = headers[checksumHeader(algorithm)] ?? trailers.get(checksumHeader(algorithm));
  if (claimed !== undefined && claimed !== value) {
    throw s3Fault("BadDigest", `The ${algorithm} you specified did not match the calculated checksum.`);
  }
}
