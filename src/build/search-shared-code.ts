import { BrigError } from "../errors.ts";
import { readVerified } from "../store/content.ts";
import { findSecret } from "../workspace/secrets.ts";
import type { Archive } from "../zip/archive.ts";
import { unpackEntry } from "../zip/unpack-entry.ts";

/**
 * Searches the wheel of a source folder of this repository for secrets: shared code is first-party, too. Only what its
 * build backend packed counts, not what lies beside it.
 *
 * @param shared the folder as the lock names it: `../../lib/common`
 * @param allow `build.allow`: a file is named there by its path in the zip
 * @throws BrigError `secret-found`: the file and the kind of secret are named, its value never
 */
export async function searchSharedCode(
  archive: Archive,
  shared: string,
  allow: readonly string[],
): Promise<void> {
  const bytes = await readVerified(archive.file, archive.sha256);
  if (bytes === undefined) return;
  for (const entry of archive.entries) {
    const { path } = entry;
    if (allow.includes(path) || /^[^/]+\.dist-info\//.test(path)) continue;
    const secret = findSecret(path, unpackEntry(bytes, entry));
    if (secret === null) continue;
    throw new BrigError(
      "secret-found",
      `${path} of ${shared} looks like ${secret.kind}, and would go into the zip`,
      `take it out of the package, or, if it is meant to be there, in brig.yaml: build: {allow: ["${path}"]}`,
    );
  }
}
