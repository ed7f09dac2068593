import { randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { anyTemporaryPrefix, temporaryPrefix } from "./temporary-name.ts";
import { systemCode, writeFault } from "./write-fault.ts";

export interface AtomicFileOptions {
  /** Permissions, before the umask; default 0644. */
  readonly mode?: number;
  /** Wait until the bytes are on the disk; only for what is not verified whenever it is read. */
  readonly sync?: boolean;
}

/** A new name beside `file` for what will be renamed to it. */
export function temporaryBeside(file: string): string {
  return join(dirname(file), temporaryPrefix() + randomBytes(6).toString("hex"));
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
    const descriptor = withParent(file, () => openSync(temporary, "wx", options.mode ?? 0o644));
    try {
      writeFileSync(descriptor, data);
      if (options.sync) fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
  } catch (cause) {
    removeIfThere(temporary);
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
    withParent(path, () => symlinkSync(target, temporary));
    renameSync(temporary, path);
  } catch (cause) {
    removeIfThere(temporary);
    throw writeFault(cause, path);
  }
}

/**
 * Removes what other, killed processes left half written in `folder`, if it was last changed before `before`. One of them
 * may have had the id of this process: in containers each brig can have the same.
 */
export async function removeLeftovers(folder: string, before: Date): Promise<void> {
  for (const name of listIfThere(folder)) {
    if (!name.startsWith(anyTemporaryPrefix)) continue;
    const path = join(folder, name);
    const limit = name.startsWith(temporaryPrefix()) ? performance.timeOrigin : before.getTime();
    const known = lstatSync(path, { throwIfNoEntry: false });
    if (known && known.mtimeMs < limit) removeIfThere(path);
  }
}

/** Does `work`, once more after making the parent folders of `file` if they were not there. */
function withParent<Result>(file: string, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    if (systemCode(cause) !== "ENOENT") throw cause;
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    return work();
  }
}

function removeIfThere(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // Who cannot remove it could not use it either.
  }
}

function listIfThere(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
