import type { Context } from "../../context.ts";
import { BrigError } from "../../errors.ts";
import { AwsError } from "../aws/aws-error.ts";
import { judgeFault } from "../aws/judge-fault.ts";

/** What the SDK's exceptions have; they are told by their names, as the SDK itself is only loaded for an upload. */
interface S3Answer extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** The status of S3's answer, `undefined` where there was none: a broken connection, an interruption. */
export function s3Status(error: unknown): number | undefined {
  return error instanceof Error ? (error as S3Answer).$metadata?.httpStatusCode : undefined;
}

/**
 * An error of S3 as people see it.
 *
 * @param action the permission that the call needs, without `s3:`: `PutObject`
 * @param env where credentials come from, for the hint that renews them
 */
export function s3Fault(error: unknown, action: string, bucket: string, env: Context["env"]): unknown {
  if (error instanceof BrigError || !(error instanceof Error)) return error;
  const status = s3Status(error);
  const options = { cause: error };
  if (status === undefined || error.name.startsWith("Expired")) {
    const call = { service: "s3", operation: action, input: {}, env };
    return isOfSdk(error) ? judgeFault(error, call) : error;
  }
  if (error.name === "NoSuchBucket") {
    const message = `there is no S3 bucket ${bucket}, named in function.Code.S3Bucket`;
    return new BrigError("aws-failed", message, `aws s3 mb s3://${bucket}`, options);
  }
  if (status === 301 || error.name === "PermanentRedirect") {
    const message = `the S3 bucket ${bucket} is in another region than the function`;
    return new BrigError(
      "aws-failed",
      message,
      `aws s3api get-bucket-location --bucket ${bucket}, and name a bucket of the function's region`,
      options,
    );
  }
  if (status === 403) {
    const message = `AWS does not allow s3:${action} on ${bucket}: ${error.message}`;
    return new BrigError(
      "access-denied",
      message,
      "brig doctor --target prod --policy   # what the target needs",
      options,
    );
  }
  return new AwsError(action, error.name, status, error.message, options);
}

/** Credentials that cannot be had or have expired, and networks. Other errors without an answer are not of AWS: of the zip's file. */
function isOfSdk(error: S3Answer): boolean {
  return error.$metadata !== undefined || /^(Expired|CredentialsProvider|TokenProvider)/.test(error.name);
}
