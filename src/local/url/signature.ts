import type { IncomingHttpHeaders } from "node:http";

/**
 * The access key that a request is signed with, in the header or in the query. Local Lambda does not know secrets:
 * a signature is looked for, never verified.
 */
export function readAccessKey(headers: IncomingHttpHeaders, target: string): string | undefined {
  const header = /^AWS4-HMAC-SHA256 .*Credential=([^/,\s]+)\/[^,\s]+.*Signature=[0-9a-f]+/s.exec(
    headers.authorization ?? "",
  );
  if (header !== null) return header[1];
  const query = new URLSearchParams(target.split("?", 2)[1] ?? "");
  return query.has("X-Amz-Signature") ? query.get("X-Amz-Credential")?.split("/", 1)[0] : undefined;
}
