import type { CompletedPart, S3Client } from "@aws-sdk/client-s3";
import { type FileHandle, open } from "node:fs/promises";
import type { Context } from "../../context.ts";
import type { Part } from "./plan-parts.ts";
import { findObject, type StoredObject } from "./read-object.ts";
import { s3Status } from "./s3-fault.ts";

/** A part with the SHA-256 of its bytes here, in base64. */
export interface DigestedPart extends Part {
  readonly sha256: string;
}

/** S3 copied other bytes than those that are here, or does not say which. */
export class CopyDiffers extends Error {}

/** Requests at once: each holds a part of 10 MiB at most. */
const atOnce = 4;

/** How long aborting may take, in milliseconds, when the program is about to end. */
const abortTime = 5000;

/**
 * Makes an object out of parts, each of which S3 checks against its SHA-256.
 *
 * @param source where copied parts come from
 * @returns bytes that were sent
 * @throws CopyDiffers, and what the SDK throws; the upload is then aborted, and there is no object
 */
export async function sendParts(
  s3: S3Client,
  target: { readonly bucket: string; readonly key: string },
  file: string,
  parts: readonly DigestedPart[],
  source: StoredObject | undefined,
  context: Context,
): Promise<number> {
  const { CreateMultipartUploadCommand, CompleteMultipartUploadCommand, AbortMultipartUploadCommand } =
    await import("@aws-sdk/client-s3");
  const place = { Bucket: target.bucket, Key: target.key };
  const created = await s3.send(
    new CreateMultipartUploadCommand({
      ...place,
      ChecksumAlgorithm: "SHA256",
      ContentType: "application/zip",
    }),
    { abortSignal: context.signal },
  );
  const upload = { ...place, UploadId: created.UploadId };
  const zip = await open(file, "r");
  try {
    const completed = await transferAll({ s3, upload, zip, source }, parts, context);
    await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: completed } }), {
      abortSignal: context.signal,
    });
  } catch (error) {
    await s3
      .send(new AbortMultipartUploadCommand(upload), { abortSignal: AbortSignal.timeout(abortTime) })
      .catch(() => {});
    // A connection that broke after the last call leaves the question whether it was done.
    const isOver = context.signal.aborted || error instanceof CopyDiffers;
    const there = isOver
      ? undefined
      : await findObject(s3, target.bucket, target.key, context.signal).catch(() => undefined);
    if (there?.size !== parts.at(-1)?.end) throw error;
  } finally {
    await zip.close();
  }
  return sentBytes(parts);
}

function sentBytes(parts: readonly Part[]): number {
  return parts.reduce((total, { start, end, copyFrom }) => total + (copyFrom === null ? end - start : 0), 0);
}

interface Transfer {
  readonly s3: S3Client;
  readonly upload: { readonly Bucket: string; readonly Key: string; readonly UploadId: string | undefined };
  readonly zip: FileHandle;
  readonly source: StoredObject | undefined;
}

/** Several parts at once. The first fault ends the others, and nothing is under way any more when it is thrown. */
async function transferAll(
  transfer: Transfer,
  parts: readonly DigestedPart[],
  context: Context,
): Promise<CompletedPart[]> {
  const failed = new AbortController();
  const signal = AbortSignal.any([context.signal, failed.signal]);
  const completed: CompletedPart[] = [];
  const total = sentBytes(parts);
  const waiting = [...parts.entries()].toReversed();
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
      const [index, part] = item;
      completed[index] =
        part.copyFrom === null || transfer.source === undefined
          ? await sendPart(transfer, part, index + 1, signal)
          : await copyPart(transfer, transfer.source, part, index + 1, signal);
      if (part.copyFrom === null) done += part.end - part.start;
      const subject = transfer.upload.Key;
      context.report({ kind: "progress", subject, activity: "uploading", done, total, unit: "bytes" });
    }
  };
  const faults: unknown[] = [];
  const watched = Array.from({ length: Math.min(atOnce, parts.length) }, () =>
    worker().catch((error: unknown) => {
      faults.push(error);
      failed.abort();
    }),
  );
  await Promise.all(watched);
  if (faults.length > 0) throw faults[0];
  return completed;
}

async function sendPart(
  { s3, upload, zip }: Transfer,
  { start, end, sha256 }: DigestedPart,
  number: number,
  signal: AbortSignal,
): Promise<CompletedPart> {
  const { UploadPartCommand } = await import("@aws-sdk/client-s3");
  const body = Buffer.allocUnsafe(end - start);
  await zip.read(body, 0, body.length, start);
  const { ETag } = await s3.send(
    new UploadPartCommand({ ...upload, PartNumber: number, Body: body, ChecksumSHA256: sha256 }),
    { abortSignal: signal },
  );
  return { PartNumber: number, ETag, ChecksumSHA256: sha256 };
}

async function copyPart(
  { s3, upload }: Transfer,
  source: StoredObject,
  { start, end, copyFrom, sha256 }: DigestedPart,
  number: number,
  signal: AbortSignal,
): Promise<CompletedPart> {
  const { UploadPartCopyCommand } = await import("@aws-sdk/client-s3");
  const from = copyFrom ?? 0;
  const command = new UploadPartCopyCommand({
    ...upload,
    PartNumber: number,
    CopySource: `${source.bucket}/${source.key.split("/").map(encodeURIComponent).join("/")}`,
    CopySourceRange: `bytes=${from}-${from + end - start - 1}`,
    CopySourceIfMatch: source.etag,
  });
  const { CopyPartResult } = await s3.send(command, { abortSignal: signal }).catch((cause: unknown) => {
    if (s3Status(cause) === undefined) throw cause;
    throw new CopyDiffers(`S3 did not copy part ${number}`, { cause });
  });
  if (CopyPartResult?.ChecksumSHA256 !== sha256) {
    throw new CopyDiffers(`S3 copied part ${number} with SHA-256 ${CopyPartResult?.ChecksumSHA256}`);
  }
  return { PartNumber: number, ETag: CopyPartResult.ETag, ChecksumSHA256: sha256 };
}
