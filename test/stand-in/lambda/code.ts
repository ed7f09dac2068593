import { createHash } from "node:crypto";
import { AwsFault, invalidParameter } from "../../../src/local/aws-fault.ts";
import type { Code, FunctionState } from "../world.ts";
import type { LambdaRequest } from "./request.ts";
import { unpackedSize } from "./zip-facts.ts";

/** The AWS page "Lambda quotas": 50 MB sent directly, 250 MB unpacked with all layers. */
const directLimit = 52_428_800;
const unpackedLimit = 262_144_000;

/** The zip that a CreateFunction's `Code` or an UpdateFunctionCode names. */
export async function takeCode(
  { world }: LambdaRequest,
  asked: Readonly<Record<string, unknown>>,
): Promise<Code> {
  const { ZipFile: zipFile, S3Bucket: bucket, S3Key: key } = asked;
  if (asked["ImageUri"] !== undefined) throw invalidParameter("The stand-in has no images");
  if ((zipFile === undefined) === (bucket === undefined || key === undefined)) {
    throw invalidParameter("Please provide a source for function code.");
  }
  if (Buffer.isBuffer(zipFile) && zipFile.length > directLimit) {
    throw new AwsFault(
      413,
      "RequestEntityTooLargeException",
      "Request must be smaller than 70167211 bytes for the UpdateFunctionCode operation",
    );
  }
  const zip = Buffer.isBuffer(zipFile) ? zipFile : await world.readObject(String(bucket), String(key));
  if (zip === undefined) {
    throw invalidParameter(
      "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.",
    );
  }
  if (unpackedSize(zip) > unpackedLimit) {
    throw invalidParameter(`Unzipped size must be smaller than ${unpackedLimit} bytes`);
  }
  const digest = createHash("sha256").update(zip).digest();
  world.zips.set(digest.toString("hex"), zip);
  const origin = asked["S3ObjectStorageMode"] === "REFERENCE" ? { S3Bucket: bucket, S3Key: key } : undefined;
  return { zip, sha256: digest.toString("base64"), origin };
}

/** `Code` of GetFunction: an address that answers the zip for ten minutes, to anyone who has it. */
export function locateCode(
  { world, endpoint }: LambdaRequest,
  { region }: FunctionState,
  code: Code,
): object {
  const expires = world.now().getTime() + 600_000;
  const hex = Buffer.from(code.sha256, "base64").toString("hex");
  const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=600&x-until=${expires}&x-region=${region}&X-Amz-Signature=canary-signature`;
  return {
    RepositoryType: "S3",
    Location: `${endpoint}/_code/${hex}?${query}`,
    ...(code.origin && { ResolvedS3Object: code.origin }),
  };
}
