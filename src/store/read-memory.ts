import { readSync } from "node:fs";

/** Memory that is used again for each read: fresh memory for a large file costs more than reading it. */
export class ReadMemory {
  #memory = Buffer.allocUnsafe(1 << 20);

  /**
   * Reads `size` bytes of an open file from `offset`.
   *
   * @returns bytes that hold until the next call, fewer where the file ends
   */
  read(descriptor: number, offset: number, size: number): Buffer {
    if (size > this.#memory.length) this.#memory = Buffer.allocUnsafe(size);
    let read = 0;
    while (read < size) {
      const count = readSync(descriptor, this.#memory, read, size - read, offset + read);
      if (count === 0) break;
      read += count;
    }
    return this.#memory.subarray(0, read);
  }
}
