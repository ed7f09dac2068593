import { parsePrelude, preludeEnd, type UrlHead } from "./response.ts";

/** The content type by which a runtime says that a head in JSON comes before the body. */
export const integrationType = "application/vnd.awslambda.http-integration-response";

/** Bytes that a head may have; more is no head. */
const longestPrelude = 65_536;

export type HeadPiece =
  /** More bytes are needed. */
  | { readonly kind: "more" }
  | { readonly kind: "head"; readonly head: UrlHead; readonly rest: Buffer }
  | { readonly kind: "invalid" };

/**
 * Collects a streamed response until its head is complete. Pieces are cut anywhere: in the head, within the eight NULs.
 */
export function createHeadReader(): (chunk: Buffer, contentType: string) => HeadPiece {
  let collected: Buffer = Buffer.alloc(0);
  return (chunk, contentType) => {
    if (contentType !== integrationType) {
      const type = contentType === "" ? "application/octet-stream" : contentType;
      return { kind: "head", head: { status: 200, headers: [["content-type", type]] }, rest: chunk };
    }
    collected = Buffer.concat([collected, chunk]);
    const end = collected.indexOf(preludeEnd);
    if (end < 0) return collected.length > longestPrelude ? { kind: "invalid" } : { kind: "more" };
    const head = parsePrelude(collected.subarray(0, end));
    return head === undefined
      ? { kind: "invalid" }
      : { kind: "head", head, rest: collected.subarray(end + preludeEnd.length) };
  };
}
