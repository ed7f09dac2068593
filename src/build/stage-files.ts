import { createHash } from "node:crypto";
import { closeSync, constants, fchmodSync, fstatSync, openSync, readFileSync, writeSync } from "node:fs";
import { StoreDamaged } from "../store/store-damaged.ts";
import { writeFault } from "../store/write-fault.ts";
import { unpackEntry } from "../zip/unpack-entry.ts";
import { type FileStamp, stampOf } from "./stamps.ts";

/** Files to write into a staging tree from one place. Plain data: it crosses to a thread. */
export interface StageJob {
  readonly source:
    | { readonly kind: "archive"; readonly file: string; readonly sha256: string }
    | { readonly kind: "bytes" };
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
 * Writes the job's files, each new and never through a link, and returns their stamps in the same order.
 * The archive is read whole and its SHA-256 checked first, so that what a failing disk or a hand changed never reaches a tree.
 *
 * @throws StoreDamaged when the archive is not what it was; BrigError `disk-full`, `store-unwritable`
 */
export function writeStagedFiles(job: StageJob, read: typeof readArchive = readArchive): FileStamp[] {
  const archive = job.source.kind === "archive" ? read(job.source.file, job.source.sha256) : undefined;
  return job.files.map((file) => {
    const bytes =
      "bytes" in file.from ? file.from.bytes : unpackEntry(archive!, { ...file.from, size: file.size });
    return writeNewFile(file.path, bytes, file.executable);
  });
}

/** @throws StoreDamaged when the file is gone or has another hash */
export function readArchive(file: string, sha256: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    throw new StoreDamaged(file, "cannot be read");
  }
  if (createHash("sha256").update(bytes).digest("hex") !== sha256) {
    throw new StoreDamaged(file, `is not what it was when it was checked (sha256 ${sha256})`);
  }
  return bytes;
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
