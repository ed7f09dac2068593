import type { Answer, RequestContext } from "../route.ts";
import type { Bucket, BucketStore } from "./bucket-store.ts";
import { s3Fault } from "./fault.ts";
import { type Element, readElements, readText, xmlAnswer } from "./xml.ts";

export function listBuckets(store: BucketStore, account: string): Answer {
  const buckets = [...store.buckets.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1));
  return xmlAnswer("ListAllMyBucketsResult", [
    ["Owner", [["ID", account]]],
    [
      "Buckets",
      buckets.map((bucket): Element => [
        "Bucket",
        [
          ["Name", bucket.name],
          ["CreationDate", bucket.created.toISOString()],
          ["BucketRegion", bucket.region],
        ],
      ]),
    ],
  ]);
}

/** In us-east-1 creating one's own bucket again is no error (S3 API Reference, CreateBucket). */
export function createBucket(store: BucketStore, name: string, region: string): Answer {
  // 3 to 63 characters: Amazon S3 User Guide, "General purpose bucket naming rules".
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
    throw s3Fault("InvalidBucketName", undefined, { BucketName: name });
  }
  const known = store.buckets.get(name);
  if (known !== undefined && region !== "us-east-1") {
    throw s3Fault("BucketAlreadyOwnedByYou", undefined, { BucketName: name });
  }
  if (known === undefined) {
    store.buckets.set(name, {
      name,
      region,
      created: store.now(),
      objects: new Map(),
      uploads: new Map(),
      settings: new Map(),
    });
  }
  return { status: 200, headers: { location: `/${name}` } };
}

export function headBucket(bucket: Bucket): Answer {
  return {
    status: 200,
    headers: { "x-amz-bucket-region": bucket.region, "content-type": "application/xml" },
  };
}

export async function deleteBucket(store: BucketStore, bucket: Bucket): Promise<Answer> {
  if (bucket.objects.size > 0) throw s3Fault("BucketNotEmpty", undefined, { BucketName: bucket.name });
  const parts = [...bucket.uploads.values()].flatMap((upload) => [...upload.parts.values()]);
  store.buckets.delete(bucket.name);
  for (const part of parts) await store.discard(part);
  return { status: 204 };
}

/** DeleteObjects: up to 1,000 keys in one request. */
export async function deleteObjects(
  store: BucketStore,
  bucket: Bucket,
  context: RequestContext,
): Promise<Answer> {
  const xml = (await context.readBody()).toString("utf8");
  const keys = readElements(xml, "Object").map((object) => readText(object, "Key"));
  if (keys.length === 0 || keys.length > 1000 || keys.includes(undefined)) throw s3Fault("MalformedXML");
  for (const key of keys) await removeObject(store, bucket, key!);
  const quiet = readText(xml, "Quiet") === "true";
  return xmlAnswer("DeleteResult", quiet ? [] : keys.map((key): Element => ["Deleted", [["Key", key]]]));
}

/** A key that is not there is deleted as well. */
export async function removeObject(store: BucketStore, bucket: Bucket, key: string): Promise<void> {
  const object = bucket.objects.get(key);
  bucket.objects.delete(key);
  if (object !== undefined) await store.discard(object);
}
