import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Checksum, ChecksumAlgorithm } from "./checksum.ts";
import { s3Fault } from "./fault.ts";

/** Bytes in a file of the store's own. */
export interface StoredBytes {
  readonly file: string;
  readonly size: number;
  /** MD5 in hex, with `-<parts>` for what came in parts. */
  readonly etag: string;
  readonly checksum: Checksum | undefined;
}

export interface StoredObject extends StoredBytes {
  readonly key: string;
  readonly lastModified: Date;
  /** Headers that come back with the object: content-type, cache-control, x-amz-meta-…. */
  readonly headers: Readonly<Record<string, string>>;
  /** `<TagSet>` content. */
  readonly tags: Readonly<Record<string, string>>;
}

export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly algorithm: ChecksumAlgorithm | undefined;
  readonly checksumType: "FULL_OBJECT" | "COMPOSITE";
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly initiated: Date;
  readonly parts: Map<number, StoredBytes & { readonly lastModified: Date }>;
}

export interface Bucket {
  readonly name: string;
  readonly region: string;
  readonly created: Date;
  readonly objects: Map<string, StoredObject>;
  readonly uploads: Map<string, Upload>;
  /** Documents of accepted settings, by the name of the sub-resource. */
  readonly settings: Map<string, string>;
}

/** Buckets in memory, objects in files. */
export interface BucketStore {
  readonly buckets: Map<string, Bucket>;
  readonly now: () => Date;
  /** A new file name in the store's folder, which is made the first time. */
  readonly newFile: () => Promise<string>;
  readonly discard: (bytes: StoredBytes) => Promise<void>;
}

export function openBucketStore(folder: string, now: () => Date): BucketStore {
  let made: Promise<unknown> | undefined;
  return {
    buckets: new Map(),
    now,
    newFile: async () => {
      made ??= mkdir(folder, { recursive: true });
      await made;
      return join(folder, randomUUID());
    },
    discard: ({ file }) => rm(file, { force: true }),
  };
}

/** @throws AwsFault NoSuchBucket */
export function findBucket(store: BucketStore, name: string): Bucket {
  const bucket = store.buckets.get(name);
  if (bucket === undefined) throw s3Fault("NoSuchBucket", undefined, { BucketName: name });
  return bucket;
}

/** @throws AwsFault NoSuchKey */
export function findObject(bucket: Bucket, key: string): StoredObject {
  const object = bucket.objects.get(key);
  if (object === undefined) throw s3Fault("NoSuchKey", undefined, { Key: key });
  return object;
}

/** @throws AwsFault NoSuchUpload */
export function findUpload(bucket: Bucket, key: string, id: string | null): Upload {
  const upload = bucket.uploads.get(id ?? "");
  if (upload?.key !== key) throw s3Fault("NoSuchUpload", undefined, { UploadId: id ?? "" });
  return upload;
}
