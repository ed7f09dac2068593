import type { FunctionCode } from "@aws-sdk/client-lambda";
import { zippedLimit } from "../../build/limits.ts";
import { AwsFault, invalidParameter, notSupported, requestTooLarge } from "../aws-fault.ts";
import type { StoredCode } from "../state/code-store.ts";
import type { Call } from "./call.ts";

/**
 * The code that a request brings: in itself or in S3.
 *
 * @param previous the function's code until now
 * @throws AwsFault InvalidParameterValueException, RequestEntityTooLargeException; NotImplementedException for images
 */
export async function readCode(
  given: FunctionCode,
  operation: string,
  call: Call,
  previous?: StoredCode,
): Promise<StoredCode> {
  if (given.ImageUri !== undefined) throw notSupported(`${operation} with Code.ImageUri`);
  if (given.ZipFile !== undefined) {
    if (given.ZipFile.length > zippedLimit) {
      throw requestTooLarge(`Zipped size must be smaller than ${zippedLimit} bytes`);
    }
    return call.world.code.add(Buffer.from(given.ZipFile), previous);
  }
  if (given.S3Bucket === undefined || given.S3Key === undefined) {
    throw invalidParameter("Please provide a source for function code.");
  }
  const bytes = await readObject(given.S3Bucket, given.S3Key, given.S3ObjectVersion, call);
  return call.world.code.add(bytes, previous);
}

async function readObject(
  bucket: string,
  key: string,
  version: string | undefined,
  { world, region }: Call,
): Promise<Buffer> {
  try {
    return await world.readObject({ bucket, key, version, region });
  } catch (cause) {
    if (!(cause instanceof AwsFault)) throw cause;
    throw invalidParameter(
      `Error occurred while GetObject. S3 Error Code: ${cause.code}. S3 Error Message: ${cause.message}`,
    );
  }
}
