import type { IncomingHttpHeaders } from "node:http";
import { s3Fault } from "./fault.ts";
import type { StoredObject } from "./bucket-store.ts";
import { readElements, readText } from "./xml.ts";

const keptHeaders = [
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
  "x-amz-website-redirect-location",
];

/** What an object's request headers leave with the object. */
export function selectObjectHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = { "content-type": "binary/octet-stream" };
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== "string") continue;
    if (keptHeaders.includes(name) || name.startsWith("x-amz-meta-")) kept[name] = value;
  }
  // How the body travelled, not what the object is.
  const encoding = kept["content-encoding"]
    ?.split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "aws-chunked")
    .join(",");
  delete kept["content-encoding"];
  if (encoding) kept["content-encoding"] = encoding;
  return kept;
}

/** Tags as `x-amz-tagging` has them: a query. */
export function parseTagHeader(header: string | readonly string[] | undefined): Record<string, string> {
  return typeof header === "string" ? Object.fromEntries(new URLSearchParams(header)) : {};
}

export function parseTagDocument(xml: string): Record<string, string> {
  return Object.fromEntries(
    readElements(xml, "Tag").map((tag) => [readText(tag, "Key") ?? "", readText(tag, "Value") ?? ""]),
  );
}

/**
 * RFC 9110 §13.
 *
 * @returns true when the client's copy is still good (304)
 * @throws AwsFault PreconditionFailed
 */
export function checkConditions(headers: IncomingHttpHeaders, object: StoredObject | undefined): boolean {
  const matches = (list: string): boolean =>
    object !== undefined &&
    list.split(",").some((tag) => tag.trim() === "*" || tag.trim().replaceAll('"', "") === object.etag);
  const ifMatch = headers["if-match"];
  if (ifMatch !== undefined && !matches(ifMatch))
    throw s3Fault("PreconditionFailed", undefined, { Condition: "If-Match" });
  const ifNoneMatch = headers["if-none-match"];
  return ifNoneMatch !== undefined && matches(ifNoneMatch);
}

export interface ByteRange {
  readonly start: number;
  /** The last byte, itself included. */
  readonly end: number;
}

/**
 * One range of bytes (RFC 9110 §14.2); several at once are answered with the whole, as S3 does.
 *
 * @throws AwsFault InvalidRange
 */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== "" && last !== "" && Number(first) > Number(last)) return undefined;
  if (start >= size) throw s3Fault("InvalidRange", undefined, { ActualObjectSize: String(size) });
  return { start, end };
}
