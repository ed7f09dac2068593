import { hash } from "node:crypto";
import { closeSync, constants, fchmodSync, fstatSync, openSync, writeSync } from "node:fs";
import type { ReadMemory } from "../store/read-memory.ts";
import { StoreDamaged } from "../store/store-damaged.ts";
import { writeFault } from "../store/write-fault.ts";
import { unpackedFile } from "../zip/archive.ts";
import { type FileStamp, stampOf } from "./stamps.ts";

/** Files to write into a staging tree from one place. Plain data: it crosses to a thread. */
export interface StageJob {
  /** Absolute path of the archive whose uncompressed entries are copied; `undefined`: each file has its bytes with it. */
  readonly archive: string | undefined;
  readonly files: readonly StageFile[];
}

export interface StageFile {
  /** Absolute path to write. */
  readonly path: string;
  readonly executable: boolean;
  /** Bytes. */
  readonly size: number;
  /** Where the bytes begin among the archive's uncompressed ones, and their hash; `bytes` for a job without an archive. */
  readonly from: { readonly offset: number; readonly sha256: string } | { readonly bytes: Uint8Array };
}

/**
 * Writes files, each new and never through a link, and returns their stamps in the same order.
 *
 * @throws BrigError `disk-full`, `store-unwritable`; StoreDamaged when the archive's bytes are not what they were
 */
export function writeStagedFiles({ archive, files }: StageJob, memory: ReadMemory): FileStamp[] {
  const unpacked = archive === undefined ? undefined : new UnpackedEntries(archive, memory);
  try {
    return files.map(({ path, executable, size, from }) => {
      const bytes = "bytes" in from ? from.bytes : unpacked!.read(from.offset, size, from.sha256);
      return writeNewFile(path, bytes, executable);
    });
  } finally {
    unpacked?.close();
  }
}

/** The uncompressed entries of an archive in the store, each checked when it is read. */
class UnpackedEntries {
  readonly #archive: string;
  readonly #descriptor: number;
  readonly #memory: ReadMemory;

  constructor(archive: string, memory: ReadMemory) {
    this.#archive = archive;
    this.#memory = memory;
    try {
      this.#descriptor = openSync(unpackedFile(archive), "r");
    } catch {
      throw this.#damaged("cannot be read");
    }
  }

  /** @returns bytes that hold until the next call */
  read(offset: number, size: number, sha256: string): Uint8Array {
    const bytes = this.#memory.read(this.#descriptor, offset, size);
    if (hash("sha256", bytes) !== sha256) throw this.#damaged("is not what it was when it was written");
    return bytes;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #damaged(reason: string): StoreDamaged {
    return new StoreDamaged(unpackedFile(this.#archive), reason, this.#archive);
  }
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
