import type { Context } from "../context.ts";
import { settleClient } from "../deploy/aws/client-settings.ts";
import { judgeFault, type SdkFault } from "../deploy/aws/judge-fault.ts";
import type { Credentials } from "../local/runtime/environment-variables.ts";

/**
 * Finds the user's own credentials for AWS by the SDK's chain: environment, profile, SSO, the machine's role. The region is
 * the user's own, too, if one is configured.
 *
 * @returns what reads them; they are renewed shortly before they expire
 * @throws (the reader) BrigError `credentials-missing`, `credentials-expired`
 */
export async function openUserCredentials(context: Context): Promise<() => Promise<Credentials>> {
  const { STSClient } = await import("@aws-sdk/client-sts");
  const { config } = new STSClient(settleClient(context.env, "STS", undefined));
  return async () => {
    const region = await config.region().catch(() => undefined);
    try {
      const { accessKeyId, secretAccessKey, sessionToken } = await config.credentials();
      return {
        accessKeyId,
        secretAccessKey,
        ...(sessionToken !== undefined && { sessionToken }),
        ...(region !== undefined && { region }),
      };
    } catch (cause) {
      const call = { service: "sts", operation: "GetCallerIdentity", input: {}, env: context.env };
      throw judgeFault(cause as SdkFault, call);
    }
  };
}
