import type { IncomingHttpHeaders } from "node:http";
import { decodeLabel } from "../router.ts";
import { type BucketStore, type StoredObject, findBucket, findObject } from "./bucket-store.ts";
import { s3Fault } from "./fault.ts";

/** The object that `x-amz-copy-source` names: `[/]bucket/key`, encoded. @throws AwsFault InvalidArgument, NoSuchBucket, NoSuchKey, PreconditionFailed */
export function findCopySource(store: BucketStore, headers: IncomingHttpHeaders): StoredObject {
  const header = String(headers["x-amz-copy-source"] ?? "");
  const [, bucket, key] = /^\/?([^/?]+)\/([^?]+)(?:\?versionId=null)?$/.exec(header) ?? [];
  if (bucket === undefined || key === undefined) {
    throw s3Fault(
      "InvalidArgument",
      "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
    );
  }
  const object = findObject(findBucket(store, decodeLabel(bucket)), decodeLabel(key));
  const wanted = headers["x-amz-copy-source-if-match"];
  if (typeof wanted === "string" && wanted.replaceAll('"', "") !== object.etag) {
    throw s3Fault("PreconditionFailed", undefined, { Condition: "x-amz-copy-source-If-Match" });
  }
  return object;
}
