import type { Context } from "../../context.ts";

/** What a client of the SDK is made with; the rest it finds by its own chain (profiles, SSO, roles, the machine). */
export interface ClientSettings {
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** Calls are repeated where brig knows that they may be, paced for all functions together. */
  readonly maxAttempts: number;
}

/**
 * The SDK's own order, for what stands in the environment: AWS_ENDPOINT_URL_<SERVICE> before AWS_ENDPOINT_URL, a profile
 * before keys. It is read from the context, so that it holds where the context is not the process's.
 *
 * @param service as in the names of variables: `LAMBDA`, `CLOUDWATCH_LOGS`
 */
export function settleClient(
  env: Context["env"],
  service: string,
  region: string | undefined,
): ClientSettings {
  const isIgnored = env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] === "true";
  const endpoint = isIgnored ? undefined : env[`AWS_ENDPOINT_URL_${service}`] || env["AWS_ENDPOINT_URL"];
  const here = region ?? (env["AWS_REGION"] || env["AWS_DEFAULT_REGION"]);
  const [accessKeyId, secretAccessKey] = [env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]];
  const sessionToken = env["AWS_SESSION_TOKEN"];
  return {
    maxAttempts: 1,
    ...(here && { region: here }),
    ...(endpoint && { endpoint }),
    ...(accessKeyId &&
      secretAccessKey &&
      !env["AWS_PROFILE"] && {
        credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
      }),
  };
}
