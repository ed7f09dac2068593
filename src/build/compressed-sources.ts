import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { writeFileAtomic } from "../store/atomic-file.ts";
import { contentFile, sha256Of } from "../store/content.ts";
import type { Store } from "../store/store-directory.ts";
import { compress, type Compressed } from "../zip/deflate.ts";
import type { TreeEntry } from "./layout.ts";

/** Raised when the codec's bytes change. */
const codec = "deflate-1";
/** Smaller files are compressed faster than their cached bytes are read and checked. */
const worthKeeping = 16 << 10;

/**
 * The deflated bytes of a first-party file: compressed once, whichever function holds it. What comes from the
 * store is inflated and compared with the file's hash before it is used.
 */
export async function compressSource(
  store: Store,
  entry: TreeEntry,
  bytes: () => Uint8Array,
): Promise<Compressed> {
  if (entry.size < worthKeeping) return compress(bytes());
  const file = contentFile(store, join("sources", codec), entry.sha256, "");
  const kept = await readFile(file).catch(() => undefined);
  if (kept !== undefined && isDeflateOf(kept, entry)) return { method: 8, data: kept };
  const compressed = compress(bytes());
  if (compressed.method === 8) await writeFileAtomic(file, compressed.data).catch(() => {});
  return compressed;
}

function isDeflateOf(data: Uint8Array, entry: TreeEntry): boolean {
  try {
    return sha256Of(inflateRawSync(data, { maxOutputLength: entry.size })) === entry.sha256;
  } catch {
    return false;
  }
}
