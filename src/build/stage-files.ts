import { closeSync, constants, fchmodSync, fstatSync, openSync, writeSync } from "node:fs";
import { writeFault } from "../store/write-fault.ts";
import { unpackEntry } from "../zip/unpack-entry.ts";
import type { StoredArchive } from "./shared-archives.ts";
import { type FileStamp, stampOf } from "./stamps.ts";

/** Files to write into a staging tree from one place. Plain data: it crosses to a thread. */
export interface StageJob {
  /** `undefined`: each file has its bytes with it. */
  readonly archive: StoredArchive | undefined;
  readonly files: readonly StageFile[];
}

export interface StageFile {
  /** Absolute path to write. */
  readonly path: string;
  readonly executable: boolean;
  readonly size: number;
  /** Where the bytes are in the archive; `bytes` for a job without one. */
  readonly from:
    | { readonly offset: number; readonly compressedSize: number; readonly method: 0 | 8 }
    | { readonly bytes: Uint8Array };
}

/**
 * Writes files, each new and never through a link, and returns their stamps in the same order.
 *
 * @param archive the bytes that the job's archive was checked to have
 * @throws BrigError `disk-full`, `store-unwritable`
 */
export function writeStagedFiles(files: readonly StageFile[], archive: Uint8Array | undefined): FileStamp[] {
  return files.map((file) => {
    const bytes =
      "bytes" in file.from ? file.from.bytes : unpackEntry(archive!, { ...file.from, size: file.size });
    return writeNewFile(file.path, bytes, file.executable);
  });
}

function writeNewFile(path: string, bytes: Uint8Array, executable: boolean): FileStamp {
  const mode = executable ? 0o755 : 0o644;
  try {
    // O_EXCL: the caller removed whatever stood here, so nothing is ever written through a link.
    const descriptor = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode);
    try {
      for (let written = 0; written < bytes.length;) {
        written += writeSync(descriptor, bytes, written, bytes.length - written);
      }
      const status = fstatSync(descriptor);
      if ((status.mode & 0o777) === mode) return stampOf(status);
      // The umask is not the usual one.
      fchmodSync(descriptor, mode);
      return stampOf(fstatSync(descriptor));
    } finally {
      closeSync(descriptor);
    }
  } catch (cause) {
    throw writeFault(cause, path);
  }
}
