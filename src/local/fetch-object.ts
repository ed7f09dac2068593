import type { Context } from "../context.ts";
import { AwsFault } from "./aws-fault.ts";
import type { FetchObject } from "./code-object.ts";

/**
 * Reads code objects from the S3 of the user's own environment, when it names one (`AWS_ENDPOINT_URL_S3`): a MinIO, moto
 * or AWS itself. The credentials are the user's and stay in this process.
 *
 * @returns `undefined` when the environment names none
 */
export function createFetchObject(env: Context["env"]): FetchObject | undefined {
  const endpoint = env["AWS_ENDPOINT_URL_S3"];
  if (!endpoint) return undefined;
  return async ({ bucket, key, version, region }) => {
    const { S3Client, GetObjectCommand, S3ServiceException } = await import("@aws-sdk/client-s3");
    const client = new S3Client({
      endpoint,
      region,
      forcePathStyle: true,
      ...(env["AWS_ACCESS_KEY_ID"] &&
        env["AWS_SECRET_ACCESS_KEY"] && {
          credentials: {
            accessKeyId: env["AWS_ACCESS_KEY_ID"],
            secretAccessKey: env["AWS_SECRET_ACCESS_KEY"],
            ...(env["AWS_SESSION_TOKEN"] && { sessionToken: env["AWS_SESSION_TOKEN"] }),
          },
        }),
    });
    try {
      const { Body } = await client.send(
        new GetObjectCommand({
          Bucket: bucket,
          Key: key,
          ...(version !== undefined && { VersionId: version }),
        }),
      );
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    } catch (cause) {
      if (!(cause instanceof S3ServiceException)) throw cause;
      throw new AwsFault(cause.$metadata.httpStatusCode ?? 500, cause.name, cause.message);
    } finally {
      client.destroy();
    }
  };
}
