import { randomBytes } from "node:crypto";
import { lstat, mkdir, open, readdir, rename, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { systemCode, writeFault } from "./write-fault.ts";

/** What the names of files begin with that are not whole yet. */
const temporaryPrefix = ".tmp-";

export interface AtomicFileOptions {
  /** Permissions, before the umask; default 0644. */
  readonly mode?: number;
  /** Wait until the bytes are on the disk; only for what is not verified whenever it is read. */
  readonly sync?: boolean;
}

/** A new name beside `file` for what will be renamed to it. */
export function temporaryBeside(file: string): string {
  return join(dirname(file), `${temporaryPrefix}${process.pid}-${randomBytes(6).toString("hex")}`);
}

/**
 * Writes a file so that it is either whole or not there (or as it was): a temporary file in the same folder, then a rename.
 * Parent folders are made.
 *
 * @throws BrigError `disk-full`, `store-unwritable`
 */
export async function writeFileAtomic(
  file: string,
  data: string | Uint8Array,
  options: AtomicFileOptions = {},
): Promise<void> {
  const temporary = temporaryBeside(file);
  try {
    const handle = await withParent(file, () => open(temporary, "wx", options.mode ?? 0o644));
    try {
      await handle.writeFile(data);
      if (options.sync) await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw writeFault(cause, file);
  }
}

/**
 * Makes `path` a symbolic link to `target` (text, as it will stand in the link), in one step: at no moment is there no link.
 *
 * @throws BrigError `disk-full`, `store-unwritable`
 */
export async function replaceLink(path: string, target: string): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    await withParent(path, () => symlink(target, temporary));
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw writeFault(cause, path);
  }
}

/** Removes what killed processes left half written in `folder`, if it was last changed before `before`. */
export async function removeLeftovers(folder: string, before: Date): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(temporaryPrefix)) continue;
    const path = join(folder, name);
    const known = await lstat(path).catch(() => undefined);
    if (known && known.mtimeMs < before.getTime())
      await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

/** Does `work`, once more after making the parent folders of `file` if they were not there. */
async function withParent<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (systemCode(cause) !== "ENOENT") throw cause;
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    return work();
  }
}
