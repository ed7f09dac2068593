import type { S3Client } from "@aws-sdk/client-s3";
import { open } from "node:fs/promises";
import type { Context } from "../../context.ts";
import { readDirectory } from "../../zip/read-directory.ts";
import { findSharedRanges } from "./shared-ranges.ts";
import { hashParts } from "./hash-parts.ts";
import { type Part, planParts } from "./plan-parts.ts";
import { findObject, readObjectRange, type StoredObject } from "./read-object.ts";
import { s3Fault } from "./s3-fault.ts";
import { CopyDiffers, sendParts } from "./send-parts.ts";

/** Where zips are kept: `function.Code.S3Bucket`, and `function.Code.S3Key` as the prefix. */
export interface ZipPlace {
  readonly bucket: string;
  /** As people wrote it, with or without a slash at its end; empty for none. */
  readonly prefix: string;
}

export interface LocalZip {
  /** Absolute path. */
  readonly file: string;
  /** Hex. */
  readonly sha256: string;
  readonly size: number;
}

/** What UpdateFunctionCode and CreateFunction take, and how much had to be sent. */
export interface UploadedZip {
  readonly S3Bucket: string;
  readonly S3Key: string;
  /** Bytes that were sent; 0 when the object was there. */
  readonly uploaded: number;
}

/**
 * The name of a zip's object: its digest. The same bytes are one object for all functions, aliases and commits, so promoting
 * and rolling back send nothing, and what is there need not be looked into.
 *
 * @param sha256 hex
 */
export function objectKey(prefix: string, sha256: string): string {
  const folder = prefix.replace(/^\/+|\/+$/g, "");
  return folder === "" ? `${sha256}.zip` : `${folder}/${sha256}.zip`;
}

/**
 * Puts a zip into S3, if it is not there. Entries that the previous zip has as well are copied by S3 itself; which these are
 * is told by the central directory of the previous object, so the previous zip need not be here. S3's digest of each copied
 * part is compared with that of the very bytes here before the object comes into being; where it differs, or S3
 * gives none, all is sent. An upload that does not come to its end, also by Ctrl-C, is aborted.
 *
 * @param previous the object of an earlier build of the function; that there is none, or no longer, is fine
 * @throws BrigError `access-denied`, `credentials-expired`, `aws-failed`, `hash-mismatch`
 */
export async function uploadZip(
  s3: S3Client,
  place: ZipPlace,
  zip: LocalZip,
  previous: { readonly key: string } | undefined,
  context: Context,
): Promise<UploadedZip> {
  const { bucket } = place;
  const key = objectKey(place.prefix, zip.sha256);
  const done = (uploaded: number): UploadedZip => ({ S3Bucket: bucket, S3Key: key, uploaded });
  try {
    const there = await findObject(s3, bucket, key, context.signal);
    if (there?.size === zip.size) return done(0);
    const source = previous && (await findObject(s3, bucket, previous.key, context.signal));
    const delta = source && (await planDelta(s3, source, zip, context.signal));
    if (source && delta?.some(({ copyFrom }) => copyFrom !== null)) {
      try {
        return done(await send(s3, { bucket, key }, zip, delta, source, context));
      } catch (error) {
        // Whatever the previous object really is, what is here can always be sent whole.
        if (!(error instanceof CopyDiffers)) throw error;
      }
    }
    return done(await send(s3, { bucket, key }, zip, planParts([], zip.size), undefined, context));
  } catch (error) {
    if (context.signal.aborted) throw context.signal.reason;
    throw s3Fault(error, "PutObject", bucket, context.env);
  }
}

async function send(
  s3: S3Client,
  target: { readonly bucket: string; readonly key: string },
  zip: LocalZip,
  parts: readonly Part[],
  source: StoredObject | undefined,
  context: Context,
): Promise<number> {
  const digests = await hashParts(zip.file, zip.sha256, parts);
  return sendParts(
    s3,
    target,
    zip.file,
    parts.map((part, index) => ({ ...part, sha256: digests[index]! })),
    source,
    context,
  );
}

/** `undefined` where the previous object cannot be read or is no zip: then all is sent. */
async function planDelta(
  s3: S3Client,
  source: StoredObject,
  zip: LocalZip,
  signal: AbortSignal,
): Promise<readonly Part[] | undefined> {
  const file = await open(zip.file, "r");
  try {
    const next = await readDirectory(
      zip.size,
      async (start, end) => {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
        return buffer.subarray(0, bytesRead);
      },
      zip.file,
    );
    const previous = await readDirectory(
      source.size,
      (start, end) => readObjectRange(s3, source, { start, end }, signal),
      source.key,
    );
    return planParts(findSharedRanges(previous, next), zip.size);
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}
