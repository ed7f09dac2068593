/** What a SigV4 signature says about itself. Signatures are not verified: the service is the user's own. */
export interface CredentialScope {
  readonly region: string;
  /** As `lambda`, `s3`, `sts`, `logs`. */
  readonly service: string;
}

/**
 * The scope of a request's signature: of the Authorization header, else of a presigned query.
 * Source: AWS Signature Version 4, "Credential=AKID/date/region/service/aws4_request".
 */
export function parseCredentialScope(
  authorization: string | undefined,
  rawQuery: string,
): CredentialScope | undefined {
  if (authorization !== undefined) return parseCredential(/Credential=([^,\s]+)/.exec(authorization)?.[1]);
  if (!rawQuery.includes("X-Amz-Credential=")) return undefined;
  return parseCredential(new URLSearchParams(rawQuery).get("X-Amz-Credential") ?? undefined);
}

function parseCredential(credential: string | undefined): CredentialScope | undefined {
  const [, region, service] =
    /\/\d{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request$/.exec(credential ?? "") ?? [];
  return region === undefined || service === undefined ? undefined : { region, service };
}
