import { AwsFault } from "../aws-fault.ts";
import type { Answer, Handler, RequestContext } from "../route.ts";
import { decodeLabel } from "../router.ts";
import * as buckets from "./bucket-operations.ts";
import { type Bucket, type BucketStore, findBucket } from "./bucket-store.ts";
import { s3Fault } from "./fault.ts";
import { listObjects } from "./list-objects.ts";
import * as multipart from "./multipart.ts";
import * as objects from "./object-operations.ts";
import { answerSubResource, findSubResource, renderOwnAccess } from "./sub-resources.ts";
import { xmlAnswer } from "./xml.ts";

/** S3 as far as code objects need it: paths `/bucket/key`, or the bucket in the Host as `bucket.localhost`. */
export function createS3(store: BucketStore): Handler {
  return async (context) => {
    const { bucket: name, key } = parsePlace(context);
    const answer = await select(store, name, key, context);
    return answer === undefined
      ? undefined
      : { ...answer, headers: { "x-amz-request-id": context.requestId, ...answer.headers } };
  };
}

/** The bucket and key of a request; the key keeps its slashes. */
function parsePlace({ request }: RequestContext): { readonly bucket: string; readonly key: string } {
  const [path = "/"] = (request.url ?? "/").split("?", 1);
  const [, virtual] =
    /^(.+?)(?:\.s3(?:[.-][a-z0-9-]+)?)?\.localhost(?::\d+)?$/i.exec(request.headers.host ?? "") ?? [];
  if (virtual !== undefined) return { bucket: virtual.toLowerCase(), key: decodeLabel(path.slice(1)) };
  const slash = path.indexOf("/", 1);
  return slash === -1
    ? { bucket: decodeLabel(path.slice(1)), key: "" }
    : { bucket: decodeLabel(path.slice(1, slash)), key: decodeLabel(path.slice(slash + 1)) };
}

async function select(
  store: BucketStore,
  name: string,
  key: string,
  context: RequestContext,
): Promise<Answer | undefined> {
  const { request, query, region } = context;
  const { method } = request;
  if (name === "") {
    if (method === "GET") return buckets.listBuckets(store, context.account);
    throw s3Fault("MethodNotAllowed");
  }
  if (key === "" && method === "PUT" && findSubResource(query) === undefined) {
    return buckets.createBucket(store, name, region);
  }
  const bucket = findBucket(store, name);
  const version = query.get("versionId");
  if (version !== null && version !== "null")
    throw s3Fault("NoSuchVersion", undefined, { VersionId: version });
  return key === "" ? selectForBucket(store, bucket, context) : selectForObject(store, bucket, key, context);
}

function selectForBucket(
  store: BucketStore,
  bucket: Bucket,
  context: RequestContext,
): Promise<Answer> | Answer {
  const { request, query } = context;
  const subResource = findSubResource(query);
  if (subResource !== undefined) return answerSubResource(subResource, bucket, context);
  switch (request.method ?? "") {
    case "HEAD":
      return buckets.headBucket(bucket);
    case "DELETE":
      return buckets.deleteBucket(store, bucket);
    case "GET":
      if (query.has("uploads")) return multipart.listUploads(bucket);
      if (query.has("versions")) return notImplemented(context);
      return listObjects(bucket, query);
    case "POST":
      return query.has("delete") ? buckets.deleteObjects(store, bucket, context) : notImplemented(context);
    default:
      throw s3Fault("MethodNotAllowed");
  }
}

async function selectForObject(
  store: BucketStore,
  bucket: Bucket,
  key: string,
  context: RequestContext,
): Promise<Answer | undefined> {
  const { request, query } = context;
  if (query.has("tagging")) return objects.answerTagging(bucket, key, context);
  if (query.has("acl") && request.method === "GET") {
    return xmlAnswer("AccessControlPolicy", renderOwnAccess(context.account));
  }
  for (const name of ["acl", "attributes", "legal-hold", "retention", "torrent", "restore", "select"]) {
    if (query.has(name)) return notImplemented(context);
  }
  switch (request.method ?? "") {
    case "GET":
      return query.has("uploadId")
        ? multipart.listParts(bucket, key, context)
        : objects.getObject(bucket, key, context);
    case "HEAD":
      return objects.getObject(bucket, key, context);
    case "PUT":
      if (query.has("uploadId")) return multipart.uploadPart(store, bucket, key, context);
      return request.headers["x-amz-copy-source"] === undefined
        ? objects.putObject(store, bucket, key, context)
        : objects.copyObject(store, bucket, key, context);
    case "DELETE":
      if (query.has("uploadId")) return multipart.abortUpload(store, bucket, key, context);
      await buckets.removeObject(store, bucket, key);
      return { status: 204 };
    case "POST":
      if (query.has("uploads")) return multipart.createUpload(store, bucket, key, context);
      return query.has("uploadId")
        ? multipart.completeUpload(store, bucket, key, context)
        : notImplemented(context);
    default:
      throw s3Fault("MethodNotAllowed");
  }
}

function notImplemented({ request, query }: RequestContext): never {
  const asked = `${request.method} ${[...query.keys()].map((name) => `?${name}`).join("")}`;
  throw new AwsFault(501, "NotImplemented", `local Lambda's small S3 does not support ${asked.trim()}`);
}
