import { readFile } from "node:fs/promises";
import type { ObjectPlace } from "./api/call.ts";
import { type BucketStore, findBucket, findObject } from "./s3/bucket-store.ts";
import { s3Fault } from "./s3/fault.ts";

/**
 * Reads an object from an S3 outside of the service.
 *
 * @throws AwsFault with S3's own code
 */
export type FetchObject = (place: ObjectPlace) => Promise<Buffer>;

/** Reads code objects: from the embedded S3 when it has the bucket, else from outside. */
export function createCodeReader(
  buckets: BucketStore,
  fetchObject: FetchObject | undefined,
): (place: ObjectPlace) => Promise<Buffer> {
  return async (place) => {
    if (!buckets.buckets.has(place.bucket) && fetchObject !== undefined) return fetchObject(place);
    const object = findObject(findBucket(buckets, place.bucket), place.key);
    if (place.version !== undefined && place.version !== "null") {
      throw s3Fault("NoSuchVersion", undefined, { VersionId: place.version });
    }
    return readFile(object.file);
  };
}
