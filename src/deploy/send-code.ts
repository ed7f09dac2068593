import { readFile } from "node:fs/promises";
import type { S3Client } from "@aws-sdk/client-s3";
import { zippedLimit } from "../build/limits.ts";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import type { Desired, RemoteVersion } from "./desired.ts";
import type { Members } from "./members.ts";
import { objectKey, uploadZip } from "./upload/upload-zip.ts";

/** The zip as CreateFunction (`Code`) and UpdateFunctionCode take it, and how much of it had to be sent. */
export interface SentCode {
  readonly members: Members;
  /** Bytes. */
  readonly uploaded: number;
}

/** @throws BrigError `too-large` for a zip over 50 MB without a bucket */
export function refuseTooLarge({ zip, bucket, functionName }: Desired): void {
  if (zip.size <= zippedLimit || bucket !== undefined) return;
  throw new BrigError(
    "too-large",
    `the zip of ${functionName} has ${zip.size} bytes, and Lambda takes ${zippedLimit} without S3`,
    "name a bucket in the same region: function: {Code: {S3Bucket: NAME}} (function.Code.S3Bucket)",
  );
}

/** Reads the zip, or puts it into the bucket when it is over 50 MB. */
export async function sendCode(
  desired: Desired,
  latest: RemoteVersion | undefined,
  s3: () => Promise<S3Client>,
  context: Context,
): Promise<SentCode> {
  const { zip, bucket, codeOptions } = desired;
  refuseTooLarge(desired);
  if (zip.size <= zippedLimit || bucket === undefined) {
    return { members: { ...codeOptions, ZipFile: await readFile(zip.file) }, uploaded: zip.size };
  }
  // Objects are named by their digest, so the one of the code that is there now can be looked for.
  const previous =
    latest === undefined
      ? undefined
      : { key: objectKey(bucket.prefix, Buffer.from(latest.codeSha256, "base64").toString("hex")) };
  const { uploaded, ...place } = await uploadZip(await s3(), bucket, zip, previous, context);
  return { members: { ...codeOptions, ...place }, uploaded };
}
