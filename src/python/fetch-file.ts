import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { BrigError } from "../errors.ts";
import { writeFileAtomic } from "../store/atomic-file.ts";
import { sha256Of } from "../store/content.ts";
import type { LockedFile } from "./lock.ts";
import type { ObtainOptions, Obtaining } from "./obtaining.ts";

/**
 * Brings a file into the store, as `file`; afterwards it is there with the locked hash, or not at all.
 *
 * @throws BrigError hash-mismatch, wheel-missing, download-failed, offline
 */
export async function fetchFile(
  locked: LockedFile,
  file: string,
  { options, http, amount }: Obtaining,
): Promise<void> {
  const { name, sha256, size } = locked;
  if (locked.path === undefined) {
    const onProgress = (done: number): void => amount.show(name, done);
    await http.download(locked.url!, { sha256, size, name, onProgress }, file);
    return;
  }
  let bytes: Buffer;
  try {
    bytes = await readLocal(locked.path, name, options);
  } catch (cause) {
    const message = `${locked.path}, which pylock.toml names, cannot be read: ${(cause as Error).message}`;
    throw new BrigError("wheel-missing", message, "brig lock", { cause });
  }
  if (sha256Of(bytes) !== sha256) {
    throw new BrigError(
      "hash-mismatch",
      `${locked.path} is not the file that was locked (sha256 ${sha256})`,
      "brig lock",
    );
  }
  await writeFileAtomic(file, bytes);
}

/**
 * A file of this machine: where the lock has it, or, for a folder outside of the repository, which lies elsewhere as
 * seen from a clone, where the find-links in effect have it.
 */
async function readLocal(path: string, name: string, options: ObtainOptions): Promise<Buffer> {
  for (const folder of options.settings.findLinks.filter((link) => link.startsWith("/"))) {
    const linked = join(folder, name);
    if (!existsSync(resolve(options.folder, path)) && existsSync(linked)) return await readFile(linked);
  }
  return await readFile(resolve(options.folder, path));
}
