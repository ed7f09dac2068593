import { createHash } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { ReadMemory } from "../store/read-memory.ts";
import { StoreDamaged } from "../store/store-damaged.ts";
import type { Archive } from "../zip/archive.ts";
import type { TreeEntry } from "./layout.ts";
import type { Compressed } from "../zip/deflate.ts";

/** Bytes that are hashed at once. */
const blockSize = 1 << 20;

/**
 * The compressed entries of archives in the store, one by one. Each archive is checked as a whole before its first entry
 * and closed behind its last; none is in memory as a whole.
 */
export class ArchiveEntries {
  readonly #left = new Map<string, number>();
  readonly #open = new Map<string, number>();
  readonly #memory = new ReadMemory();

  constructor(entries: readonly TreeEntry[]) {
    for (const { origin } of entries) {
      if (origin.kind !== "archive") continue;
      this.#left.set(origin.archive.file, (this.#left.get(origin.archive.file) ?? 0) + 1);
    }
  }

  /**
   * @returns bytes that hold until the next call
   * @throws StoreDamaged when the archive is gone or has another hash
   */
  take({ origin }: TreeEntry): Compressed {
    if (origin.kind !== "archive") throw new Error("a dependency's bytes come from an archive");
    const { archive, entry } = origin;
    const descriptor = this.#open.get(archive.file) ?? this.#openChecked(archive);
    const data = this.#memory.read(descriptor, entry.offset, entry.compressedSize);
    if (data.length < entry.compressedSize) throw new StoreDamaged(archive.file, "became shorter");
    const left = this.#left.get(archive.file)! - 1;
    this.#left.set(archive.file, left);
    if (left === 0) this.#close(archive.file, descriptor);
    return { method: entry.method, data };
  }

  close(): void {
    for (const [file, descriptor] of this.#open) this.#close(file, descriptor);
  }

  #openChecked({ file, sha256, size }: Archive): number {
    let descriptor: number;
    try {
      descriptor = openSync(file, "r");
    } catch {
      throw new StoreDamaged(file, "cannot be read");
    }
    this.#open.set(file, descriptor);
    const hash = createHash("sha256");
    for (let offset = 0; offset < size; offset += blockSize)
      hash.update(this.#memory.read(descriptor, offset, Math.min(blockSize, size - offset)));
    if (hash.digest("hex") === sha256) return descriptor;
    throw new StoreDamaged(file, `is not what it was when it was checked (sha256 ${sha256})`);
  }

  #close(file: string, descriptor: number): void {
    this.#open.delete(file);
    closeSync(descriptor);
  }
}
