import type { Context } from "../../context.ts";
import { BrigError } from "../../errors.ts";

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
 * @throws BrigError `config-invalid` for an endpoint that is no URL
 */
export function settleClient(
  env: Context["env"],
  service: string,
  region: string | undefined,
): ClientSettings {
  const endpoint = findEndpoint(env, service);
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

function findEndpoint(env: Context["env"], service: string): string | undefined {
  if (env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] === "true") return undefined;
  for (const name of [`AWS_ENDPOINT_URL_${service}`, "AWS_ENDPOINT_URL"]) {
    const endpoint = env[name];
    if (!endpoint) continue;
    if (/^https?:\/\//.test(endpoint) && URL.canParse(endpoint)) return endpoint;
    throw new BrigError(
      "config-invalid",
      `${name} is no URL: "${endpoint}"`,
      `export ${name}=http://127.0.0.1:9900   # or: unset ${name}`,
    );
  }
  return undefined;
}
