import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { removeLeftovers, writeFileAtomic } from "./atomic-file.ts";
import type { Store } from "./store-directory.ts";

/** Hex SHA-256. */
export function sha256Of(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** Where the store keeps what has this hash: `<kind>/<2 digits>/<sha256><suffix>`; a suffix may begin with `/`. */
export function contentFile(store: Store, kind: string, sha256: string, suffix: string): string {
  return join(store.folder, kind, sha256.slice(0, 2), sha256 + suffix);
}

/** Longer than any living download is silent, in milliseconds. */
const abandonedAfter = 3_600_000;

/** Clears what killed processes left half written where `file` is about to be written. Others may be at work beside it. */
export async function clearAbandoned(file: string): Promise<void> {
  await removeLeftovers(dirname(file), new Date(Date.now() - abandonedAfter));
}

/**
 * The bytes of a file if they have this hash, else `undefined`; a file that has another is removed,
 * so that it is made or fetched anew and never used.
 */
export async function readVerified(file: string, sha256: string): Promise<Buffer | undefined> {
  const bytes = await readFile(file).catch(() => undefined);
  if (!bytes) return undefined;
  if (sha256Of(bytes) === sha256) return bytes;
  // On a store that cannot be written it stays, and is refused each time.
  await rm(file, { force: true }).catch(() => {});
  return undefined;
}

/** Puts bytes into the store under their own hash and returns it with the file. */
export async function writeContent(
  store: Store,
  kind: string,
  bytes: Uint8Array,
  suffix: string,
): Promise<{ readonly file: string; readonly sha256: string }> {
  const sha256 = sha256Of(bytes);
  const file = contentFile(store, kind, sha256, suffix);
  await writeFileAtomic(file, bytes);
  return { file, sha256 };
}
