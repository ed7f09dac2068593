import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Answer, RequestContext } from "../route.ts";
import { type Bucket, type BucketStore, type StoredObject, findObject } from "./bucket-store.ts";
import { checksumElement, checksumHeaders, selectAlgorithm } from "./checksum.ts";
import { findCopySource } from "./copy-source.ts";
import { s3Fault } from "./fault.ts";
import {
  checkConditions,
  parseRange,
  parseTagDocument,
  parseTagHeader,
  selectObjectHeaders,
} from "./object-headers.ts";
import { readFiles, receiveBody, writeBytes } from "./receive-body.ts";
import { type Element, xmlAnswer } from "./xml.ts";

export async function putObject(
  store: BucketStore,
  bucket: Bucket,
  key: string,
  { request }: RequestContext,
): Promise<Answer> {
  checkWrite(bucket, key, request.headers);
  const bytes = await receiveBody(request, store);
  await replaceObject(store, bucket, {
    ...bytes,
    key,
    lastModified: store.now(),
    headers: selectObjectHeaders(request.headers),
    tags: parseTagHeader(request.headers["x-amz-tagging"]),
  });
  return { status: 200, headers: { etag: `"${bytes.etag}"`, ...checksumHeaders(bytes.checksum) } };
}

/** @throws AwsFault PreconditionFailed, KeyTooLongError */
function checkWrite(bucket: Bucket, key: string, headers: RequestContext["request"]["headers"]): void {
  if (Buffer.byteLength(key) > 1024) throw s3Fault("KeyTooLongError");
  if (checkConditions(headers, bucket.objects.get(key))) {
    throw s3Fault("PreconditionFailed", undefined, { Condition: "If-None-Match" });
  }
}

/** Puts an object in place of the one before. */
export async function replaceObject(store: BucketStore, bucket: Bucket, object: StoredObject): Promise<void> {
  const before = bucket.objects.get(object.key);
  bucket.objects.set(object.key, object);
  if (before !== undefined) await store.discard(before);
}

export async function copyObject(
  store: BucketStore,
  bucket: Bucket,
  key: string,
  { request }: RequestContext,
): Promise<Answer> {
  const { headers } = request;
  const source = findCopySource(store, headers);
  const algorithm = selectAlgorithm(headers) ?? source.checksum?.algorithm;
  const bytes = await writeBytes(readFiles([source]), store, algorithm);
  const ownHeaders = headers["x-amz-metadata-directive"] === "REPLACE";
  const ownTags = headers["x-amz-tagging-directive"] === "REPLACE";
  const object: StoredObject = {
    ...bytes,
    key,
    lastModified: store.now(),
    headers: ownHeaders ? selectObjectHeaders(headers) : source.headers,
    tags: ownTags ? parseTagHeader(headers["x-amz-tagging"]) : source.tags,
  };
  await replaceObject(store, bucket, object);
  return xmlAnswer("CopyObjectResult", [
    ["ETag", `"${object.etag}"`],
    ["LastModified", object.lastModified.toISOString()],
    ...(object.checksum === undefined
      ? []
      : ([
          [checksumElement(object.checksum.algorithm), object.checksum.value],
          ["ChecksumType", object.checksum.type],
        ] satisfies Element[])),
  ]);
}

/** GET and HEAD. The object's bytes are streamed, so it answers by itself. */
export async function getObject(
  bucket: Bucket,
  key: string,
  { request, response, requestId }: RequestContext,
): Promise<Answer | undefined> {
  const object = findObject(bucket, key);
  const range = parseRange(request.headers.range, object.size);
  const headers: Record<string, string | number> = {
    ...object.headers,
    "accept-ranges": "bytes",
    etag: `"${object.etag}"`,
    "last-modified": object.lastModified.toUTCString(),
    "x-amz-server-side-encryption": "AES256",
    "x-amz-request-id": requestId,
    ...(Object.keys(object.tags).length > 0 && {
      "x-amz-tagging-count": String(Object.keys(object.tags).length),
    }),
    ...(request.headers["x-amz-checksum-mode"] === "ENABLED" && range === undefined
      ? checksumHeaders(object.checksum)
      : {}),
  };
  if (checkConditions(request.headers, object)) {
    response.writeHead(304, { etag: `"${object.etag}"` }).end();
    return undefined;
  }
  if (range !== undefined) headers["content-range"] = `bytes ${range.start}-${range.end}/${object.size}`;
  headers["content-length"] = range === undefined ? object.size : range.end - range.start + 1;
  response.writeHead(range === undefined ? 200 : 206, headers);
  if (request.method === "HEAD" || object.size === 0) response.end();
  // A client that goes away in the middle is no fault.
  else await pipeline(createReadStream(object.file, range), response).catch(() => response.destroy());
  return undefined;
}

export async function answerTagging(bucket: Bucket, key: string, context: RequestContext): Promise<Answer> {
  const object = findObject(bucket, key);
  switch (context.request.method ?? "") {
    case "GET":
      return xmlAnswer("Tagging", [
        [
          "TagSet",
          Object.entries(object.tags).map(([name, value]): Element => [
            "Tag",
            [
              ["Key", name],
              ["Value", value],
            ],
          ]),
        ],
      ]);
    case "PUT": {
      const tags = parseTagDocument((await context.readBody()).toString("utf8"));
      bucket.objects.set(key, { ...object, tags });
      return { status: 200 };
    }
    case "DELETE":
      bucket.objects.set(key, { ...object, tags: {} });
      return { status: 204 };
    default:
      throw s3Fault("MethodNotAllowed");
  }
}
