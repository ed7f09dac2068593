import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { writeFault } from "../store/write-fault.ts";

const blockSize = 1 << 20;

/** Writes a new file from front to end and hashes it on the way: one block is filled while the other is written. */
export class HashingWriter {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #hash: Hash = createHash("sha256");
  #block = Buffer.allocUnsafe(blockSize);
  #spare = Buffer.allocUnsafe(blockSize);
  #filled = 0;
  #hashed = 0;
  #writing: Promise<unknown> = Promise.resolve();
  /** Bytes appended so far. */
  position = 0;

  static async create(path: string): Promise<HashingWriter> {
    try {
      return new HashingWriter(path, await open(path, "wx", 0o600));
    } catch (cause) {
      throw writeFault(cause, path);
    }
  }

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.position += bytes.length;
    for (let taken = 0; taken < bytes.length;) {
      const part = bytes.subarray(taken, taken + blockSize - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.length;
      taken += part.length;
      if (this.#filled === blockSize) await this.#flush();
    }
  }

  /** Hex SHA-256 of all bytes so far. */
  digest(): string {
    this.#hashBlock();
    return this.#hash.copy().digest("hex");
  }

  async close(): Promise<void> {
    try {
      await this.#flush();
      await this.#writing;
    } catch (cause) {
      throw writeFault(cause, this.path);
    } finally {
      await this.#file.close();
    }
  }

  #hashBlock(): void {
    this.#hash.update(this.#block.subarray(this.#hashed, this.#filled));
    this.#hashed = this.#filled;
  }

  async #flush(): Promise<void> {
    this.#hashBlock();
    await this.#writing.catch((cause: unknown) => {
      throw writeFault(cause, this.path);
    });
    const full = this.#block.subarray(0, this.#filled);
    this.#writing = this.#file.writeFile(full);
    // The error is met at the next flush: here it must only not count as unhandled.
    this.#writing.catch(() => {});
    [this.#block, this.#spare] = [this.#spare, this.#block];
    this.#filled = 0;
    this.#hashed = 0;
  }
}
