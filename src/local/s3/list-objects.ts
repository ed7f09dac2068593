import { compareBytewise } from "../../workspace/compare-bytewise.ts";
import type { Answer } from "../route.ts";
import type { Bucket, StoredObject } from "./bucket-store.ts";
import { checksumAlgorithms } from "./checksum.ts";
import { s3Fault } from "./fault.ts";
import { type Element, xmlAnswer } from "./xml.ts";

/** Objects a page: the S3 API Reference, ListObjectsV2, max-keys. */
const largestPage = 1000;

export interface Listing {
  readonly objects: readonly StoredObject[];
  readonly prefixes: readonly string[];
  /** The last key or prefix, when there is more behind it. */
  readonly last: string | undefined;
}

/** One page of a bucket's keys after `after`, in order of their UTF-8 bytes; keys that share a prefix up to the delimiter count as one. */
export function selectObjects(
  objects: Iterable<StoredObject>,
  options: { prefix: string; delimiter: string; after: string; limit: number },
): Listing {
  const { prefix, delimiter, after, limit } = options;
  const found: StoredObject[] = [];
  const prefixes: string[] = [];
  let last = "";
  for (const object of [...objects].toSorted((left, right) => compareBytewise(left.key, right.key))) {
    const { key } = object;
    if (!key.startsWith(prefix)) continue;
    const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    const name = cut === -1 ? key : key.slice(0, cut + delimiter.length);
    if (compareBytewise(name, after) <= 0 || name === prefixes.at(-1)) continue;
    if (found.length + prefixes.length >= limit) return { objects: found, prefixes, last };
    if (cut === -1) found.push(object);
    else prefixes.push(name);
    last = name;
  }
  return { objects: found, prefixes, last: undefined };
}

export function listObjects(bucket: Bucket, query: URLSearchParams): Answer {
  const second = query.get("list-type") === "2";
  const prefix = query.get("prefix") ?? "";
  const delimiter = query.get("delimiter") ?? "";
  const limit = readLimit(query.get("max-keys"));
  const token = query.get("continuation-token");
  const marker = query.get("marker") ?? "";
  const start = query.get("start-after") ?? "";
  const after = second ? (token === null ? start : Buffer.from(token, "base64url").toString("utf8")) : marker;
  const { objects, prefixes, last } =
    limit === 0
      ? { objects: [], prefixes: [], last: undefined }
      : selectObjects(bucket.objects.values(), { prefix, delimiter, after, limit });
  const encoded = query.get("encoding-type") === "url";
  const shown = (text: string): string => (encoded ? encodeURIComponent(text).replaceAll("%2F", "/") : text);
  return xmlAnswer("ListBucketResult", [
    ["Name", bucket.name],
    ["Prefix", shown(prefix)],
    ["Delimiter", delimiter === "" ? undefined : shown(delimiter)],
    ["EncodingType", encoded ? "url" : undefined],
    ["MaxKeys", limit],
    ["IsTruncated", last !== undefined],
    ...(second
      ? ([
          ["KeyCount", objects.length + prefixes.length],
          ["ContinuationToken", token ?? undefined],
          ["StartAfter", start === "" ? undefined : shown(start)],
          ["NextContinuationToken", last === undefined ? undefined : Buffer.from(last).toString("base64url")],
        ] satisfies Element[])
      : ([
          ["Marker", shown(marker)],
          ["NextMarker", last === undefined ? undefined : shown(last)],
        ] satisfies Element[])),
    ...objects.map((object): Element => ["Contents", describe(object, shown(object.key))]),
    ...prefixes.map((each): Element => ["CommonPrefixes", [["Prefix", shown(each)]]]),
  ]);
}

function describe(object: StoredObject, key: string): readonly Element[] {
  const algorithm = checksumAlgorithms.find((each) => each === object.checksum?.algorithm);
  return [
    ["Key", key],
    ["LastModified", object.lastModified.toISOString()],
    ["ETag", `"${object.etag}"`],
    ["ChecksumAlgorithm", algorithm],
    ["ChecksumType", object.checksum?.type],
    ["Size", object.size],
    ["StorageClass", "STANDARD"],
  ];
}

function readLimit(text: string | null): number {
  if (text === null) return largestPage;
  const limit = Number(text);
  if (!/^\d+$/.test(text))
    throw s3Fault("InvalidArgument", "Provided max-keys not an integer or within integer range");
  return Math.min(limit, largestPage);
}
