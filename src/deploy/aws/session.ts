import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { S3Client } from "@aws-sdk/client-s3";
import type { Context } from "../../context.ts";
import { BrigError } from "../../errors.ts";
import type { TargetSettings } from "../../workspace/settings.ts";
import type { CallLimiter } from "./call-limiter.ts";
import { settleClient } from "./client-settings.ts";
import type { LambdaCalls } from "./lambda-calls.ts";
import { openLambda } from "./lambda-client.ts";
import { sendPaced } from "./send.ts";

/** One account and region of AWS, with credentials that were seen to be of that account. */
export interface AwsSession {
  readonly region: string;
  /** 12 digits, from STS GetCallerIdentity. */
  readonly account: string;
  readonly lambda: LambdaCalls;
  /** Loaded on first use. */
  readonly s3: () => Promise<S3Client>;
  readonly logs: () => Promise<CloudWatchLogsClient>;
  readonly metrics: () => Promise<CloudWatchClient>;
  /** Closes the connections. */
  readonly dispose: () => void;
}

/**
 * Finds region and credentials by the SDK's own chain and asks STS whose they are, before anything else.
 *
 * @throws BrigError `config-invalid` for another account than the target's or no region, `credentials-missing`,
 * `credentials-expired`, `access-denied`
 */
export async function openSession(
  target: { readonly name: string; readonly settings: Pick<TargetSettings, "region" | "account"> },
  limiter: CallLimiter,
  context: Context,
): Promise<AwsSession> {
  const settingsOf = (service: string): ReturnType<typeof settleClient> =>
    settleClient(context.env, service, target.settings.region);
  const lambda = await openLambda(settingsOf("LAMBDA"), limiter, context);
  const opened: { readonly destroy: () => void }[] = [lambda.client];
  const dispose = (): void => opened.forEach((client) => client.destroy());
  try {
    const region = await findRegion(target.name, () => lambda.client.config.region());
    const account = await askAccount(settingsOf("STS"), region, limiter, context);
    checkAccount(target, account);
    return {
      region,
      account,
      lambda,
      s3: once(async () => {
        const { S3Client } = await import("@aws-sdk/client-s3");
        const settings = settingsOf("S3");
        // Buckets are names of hosts only at AWS itself. What is repeated here are single requests for objects: the SDK may.
        const forcePathStyle = settings.endpoint !== undefined;
        return keep(new S3Client({ ...settings, region, forcePathStyle, maxAttempts: 4 }));
      }),
      logs: once(async () => {
        const { CloudWatchLogsClient } = await import("@aws-sdk/client-cloudwatch-logs");
        return keep(new CloudWatchLogsClient({ ...settingsOf("CLOUDWATCH_LOGS"), region, maxAttempts: 4 }));
      }),
      metrics: once(async () => {
        const { CloudWatchClient } = await import("@aws-sdk/client-cloudwatch");
        return keep(new CloudWatchClient({ ...settingsOf("CLOUDWATCH"), region, maxAttempts: 4 }));
      }),
      dispose,
    };
  } catch (fault) {
    dispose();
    throw fault;
  }

  function keep<Client extends { readonly destroy: () => void }>(client: Client): Client {
    opened.push(client);
    return client;
  }
}

async function findRegion(target: string, read: () => Promise<string>): Promise<string> {
  try {
    return await read();
  } catch (cause) {
    throw new BrigError(
      "config-invalid",
      `neither the target ${target} nor AWS's own configuration names a region`,
      `targets: {${target}: {region: us-east-1}}`,
      { cause },
    );
  }
}

async function askAccount(
  settings: ReturnType<typeof settleClient>,
  region: string,
  limiter: CallLimiter,
  context: Context,
): Promise<string> {
  const { STSClient, GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
  const client = new STSClient({ ...settings, region });
  const call = { service: "sts", operation: "GetCallerIdentity", input: {}, env: context.env };
  const attempt = async (): Promise<string> => {
    const { Account } = await client.send(new GetCallerIdentityCommand({}), { abortSignal: context.signal });
    return Account ?? "";
  };
  try {
    return await sendPaced(call, attempt, limiter, context.signal);
  } finally {
    client.destroy();
  }
}

/** @throws BrigError `config-invalid` naming both accounts */
export function checkAccount(
  target: { readonly name: string; readonly settings: Pick<TargetSettings, "account"> },
  account: string,
): void {
  const wanted = target.settings.account;
  if (wanted === undefined || wanted === account) return;
  throw new BrigError(
    "config-invalid",
    `the target ${target.name} is account ${wanted}, and these credentials are of account ${account}`,
    "export AWS_PROFILE=…   # a profile of that account",
  );
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => (made ??= make());
}
