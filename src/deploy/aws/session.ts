import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { S3Client } from "@aws-sdk/client-s3";
import type { LambdaCalls } from "./lambda-calls.ts";

/** One account and region of AWS, with credentials that were seen to be of that account. */
export interface AwsSession {
  readonly region: string;
  /** 12 digits, from STS GetCallerIdentity. */
  readonly account: string;
  readonly lambda: LambdaCalls;
  /** Loaded on first use. */
  readonly s3: () => Promise<S3Client>;
  readonly logs: () => Promise<CloudWatchLogsClient>;
  /** Closes the connections. */
  readonly dispose: () => void;
}
