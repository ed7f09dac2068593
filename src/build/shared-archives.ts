import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { StoreDamaged } from "../store/store-damaged.ts";

/** A zip in the store, known by the hash that it was checked with. */
export interface StoredArchive {
  readonly file: string;
  /** Hex. */
  readonly sha256: string;
}

/**
 * The bytes of archives while one build needs them. Each is read and checked once, into memory that the zip and all
 * threads that write the tree share, and let go of when the last of them is done with it.
 */
export class SharedArchives {
  readonly #held = new Map<string, { bytes: Buffer | undefined; holders: number }>();

  /** Announces a use: what is read for another holder is kept until this one is done, too. */
  hold({ file }: StoredArchive): void {
    const held = this.#held.get(file) ?? { bytes: undefined, holders: 0 };
    held.holders += 1;
    this.#held.set(file, held);
  }

  /** @throws StoreDamaged when the file is gone or has another hash */
  read(archive: StoredArchive): Buffer {
    const held = this.#held.get(archive.file);
    if (held === undefined) throw new Error("an archive is held before it is read");
    return (held.bytes ??= readShared(archive));
  }

  release({ file }: StoredArchive): void {
    const held = this.#held.get(file);
    if (held === undefined) return;
    held.holders -= 1;
    if (held.holders === 0) this.#held.delete(file);
  }
}

function readShared({ file, sha256 }: StoredArchive): Buffer {
  let bytes: Buffer;
  try {
    const descriptor = openSync(file, "r");
    try {
      bytes = Buffer.from(new SharedArrayBuffer(fstatSync(descriptor).size));
      for (let read = 0; read < bytes.length;) {
        const count = readSync(descriptor, bytes, read, bytes.length - read, read);
        if (count === 0) break;
        read += count;
      }
    } finally {
      closeSync(descriptor);
    }
  } catch {
    throw new StoreDamaged(file, "cannot be read");
  }
  if (createHash("sha256").update(bytes).digest("hex") !== sha256) {
    throw new StoreDamaged(file, `is not what it was when it was checked (sha256 ${sha256})`);
  }
  return bytes;
}
