import type { S3Client } from "@aws-sdk/client-s3";
import { s3Status } from "./s3-fault.ts";

/** An object as it is at this moment: reading and copying are refused when it is replaced meanwhile. */
export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  readonly etag: string;
}

/**
 * @returns `undefined` where there is none. S3 says 403 of an absent object to those who may not list the bucket, so that
 *   is taken for the same: writing will tell
 */
export async function findObject(
  s3: S3Client,
  bucket: string,
  key: string,
  signal: AbortSignal,
): Promise<StoredObject | undefined> {
  const { HeadObjectCommand } = await import("@aws-sdk/client-s3");
  try {
    const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal });
    return { bucket, key, size: head.ContentLength ?? 0, etag: head.ETag ?? "" };
  } catch (error) {
    if ([403, 404].includes(s3Status(error) ?? 0)) return undefined;
    throw error;
  }
}

/** Bytes from `start` up to, not including, `end`. */
export async function readObjectRange(
  s3: S3Client,
  { bucket, key, etag }: StoredObject,
  { start, end }: { readonly start: number; readonly end: number },
  signal: AbortSignal,
): Promise<Buffer> {
  const { GetObjectCommand } = await import("@aws-sdk/client-s3");
  const { Body } = await s3.send(
    new GetObjectCommand({ Bucket: bucket, Key: key, Range: `bytes=${start}-${end - 1}`, IfMatch: etag }),
    { abortSignal: signal },
  );
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}
