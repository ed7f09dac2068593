import { createHash, randomUUID } from "node:crypto";
import type { Answer, RequestContext } from "../route.ts";
import { type Bucket, type BucketStore, type StoredBytes, type Upload, findUpload } from "./bucket-store.ts";
import {
  type Checksum,
  checksumElement,
  checksumHeaders,
  parseAlgorithm,
  selectAlgorithm,
  startChecksum,
} from "./checksum.ts";
import { findCopySource } from "./copy-source.ts";
import { s3Fault } from "./fault.ts";
import { parseRange, parseTagHeader, selectObjectHeaders } from "./object-headers.ts";
import { replaceObject } from "./object-operations.ts";
import { selectParts } from "./select-parts.ts";
import { readFiles, receiveBody, writeBytes } from "./receive-body.ts";
import { type Element, xmlAnswer } from "./xml.ts";

export function createUpload(
  store: BucketStore,
  bucket: Bucket,
  key: string,
  { request }: RequestContext,
): Answer {
  const { headers } = request;
  const algorithm = selectAlgorithm(headers) ?? parseAlgorithm(undefined);
  const asked = headers["x-amz-checksum-type"];
  const checksumType =
    asked === "FULL_OBJECT" || asked === "COMPOSITE"
      ? asked
      : algorithm === "CRC64NVME"
        ? "FULL_OBJECT"
        : "COMPOSITE";
  const id = randomUUID();
  bucket.uploads.set(id, {
    id,
    key,
    algorithm,
    checksumType,
    headers: selectObjectHeaders(headers),
    tags: parseTagHeader(headers["x-amz-tagging"]),
    initiated: store.now(),
    parts: new Map(),
  });
  return xmlAnswer(
    "InitiateMultipartUploadResult",
    [
      ["Bucket", bucket.name],
      ["Key", key],
      ["UploadId", id],
    ],
    algorithm === undefined
      ? {}
      : { "x-amz-checksum-algorithm": algorithm, "x-amz-checksum-type": checksumType },
  );
}

export async function uploadPart(
  store: BucketStore,
  bucket: Bucket,
  key: string,
  context: RequestContext,
): Promise<Answer> {
  const { request, query } = context;
  const upload = findUpload(bucket, key, query.get("uploadId"));
  const number = readPartNumber(query.get("partNumber"));
  if (request.headers["x-amz-copy-source"] === undefined) {
    const bytes = await receiveBody(request, store, upload.algorithm);
    await keepPart(store, upload, number, bytes);
    return { status: 200, headers: { etag: `"${bytes.etag}"`, ...checksumHeaders(bytes.checksum) } };
  }
  const source = findCopySource(store, request.headers);
  const rangeHeader = request.headers["x-amz-copy-source-range"];
  const range = parseRange(typeof rangeHeader === "string" ? rangeHeader : undefined, source.size);
  const bytes = await writeBytes(readFiles([{ file: source.file, ...range }]), store, upload.algorithm);
  await keepPart(store, upload, number, bytes);
  return xmlAnswer("CopyPartResult", [
    ["ETag", `"${bytes.etag}"`],
    ["LastModified", store.now().toISOString()],
    ...renderChecksum(bytes.checksum),
  ]);
}

/** Part numbers are 1 to 10,000: the AWS page "Amazon S3 multipart upload limits". */
function readPartNumber(text: string | null): number {
  const number = Number(text);
  if (!/^\d+$/.test(text ?? "") || number < 1 || number > 10_000) {
    throw s3Fault("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive");
  }
  return number;
}

async function keepPart(
  store: BucketStore,
  upload: Upload,
  number: number,
  bytes: StoredBytes,
): Promise<void> {
  const before = upload.parts.get(number);
  upload.parts.set(number, { ...bytes, lastModified: store.now() });
  if (before !== undefined) await store.discard(before);
}

export async function completeUpload(
  store: BucketStore,
  bucket: Bucket,
  key: string,
  context: RequestContext,
): Promise<Answer> {
  const upload = findUpload(bucket, key, context.query.get("uploadId"));
  const parts = selectParts(upload, (await context.readBody()).toString("utf8"));
  const whole = upload.checksumType === "FULL_OBJECT" ? upload.algorithm : undefined;
  const bytes = await writeBytes(readFiles(parts.map(({ file }) => ({ file }))), store, whole);
  const digest = createHash("md5");
  for (const { etag } of parts) digest.update(Buffer.from(etag, "hex"));
  const etag = `${digest.digest("hex")}-${parts.length}`;
  const checksum = bytes.checksum ?? composeChecksum(upload, parts);
  await replaceObject(store, bucket, {
    ...bytes,
    key,
    etag,
    checksum,
    lastModified: store.now(),
    headers: upload.headers,
    tags: upload.tags,
  });
  await dropUpload(store, bucket, upload);
  return xmlAnswer("CompleteMultipartUploadResult", [
    ["Location", `${context.endpoint}/${bucket.name}/${key}`],
    ["Bucket", bucket.name],
    ["Key", key],
    ["ETag", `"${etag}"`],
    ...renderChecksum(checksum),
    ["ChecksumType", checksum?.type],
  ]);
}

/** The checksum of the parts' checksums, with their number. */
function composeChecksum(upload: Upload, parts: readonly StoredBytes[]): Checksum | undefined {
  const { algorithm } = upload;
  if (algorithm === undefined) return undefined;
  const sum = startChecksum(algorithm);
  for (const { checksum } of parts) sum.update(Buffer.from(checksum?.value ?? "", "base64"));
  return { algorithm, value: `${sum.digest().toString("base64")}-${parts.length}`, type: "COMPOSITE" };
}

export async function abortUpload(
  store: BucketStore,
  bucket: Bucket,
  key: string,
  { query }: RequestContext,
): Promise<Answer> {
  await dropUpload(store, bucket, findUpload(bucket, key, query.get("uploadId")));
  return { status: 204 };
}

async function dropUpload(store: BucketStore, bucket: Bucket, upload: Upload): Promise<void> {
  bucket.uploads.delete(upload.id);
  for (const part of upload.parts.values()) await store.discard(part);
}

export function listParts(bucket: Bucket, key: string, { query }: RequestContext): Answer {
  const upload = findUpload(bucket, key, query.get("uploadId"));
  const parts = [...upload.parts].toSorted(([left], [right]) => left - right);
  return xmlAnswer("ListPartsResult", [
    ["Bucket", bucket.name],
    ["Key", key],
    ["UploadId", upload.id],
    ["IsTruncated", false],
    ["ChecksumAlgorithm", upload.algorithm],
    ...parts.map(([number, part]): Element => [
      "Part",
      [
        ["PartNumber", number],
        ["LastModified", part.lastModified.toISOString()],
        ["ETag", `"${part.etag}"`],
        ["Size", part.size],
        ...renderChecksum(part.checksum),
      ],
    ]),
  ]);
}

export function listUploads(bucket: Bucket): Answer {
  return xmlAnswer("ListMultipartUploadsResult", [
    ["Bucket", bucket.name],
    ["IsTruncated", false],
    ...[...bucket.uploads.values()].map((upload): Element => [
      "Upload",
      [
        ["Key", upload.key],
        ["UploadId", upload.id],
        ["Initiated", upload.initiated.toISOString()],
      ],
    ]),
  ]);
}

function renderChecksum(checksum: Checksum | undefined): readonly Element[] {
  return checksum === undefined ? [] : [[checksumElement(checksum.algorithm), checksum.value]];
}
