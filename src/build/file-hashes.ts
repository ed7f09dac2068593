import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { type FileStamp, sameStamp, targetStamp, youngFor } from "./stamps.ts";

export interface FileHash {
  /** Hex. */
  readonly sha256: string;
  readonly crc32: number;
  readonly size: number;
}

/** Hashes of an earlier build by absolute path, believed as long as the stamp is the same. */
export type KnownHashes = Readonly<
  Record<string, readonly [...stamp: FileStamp, sha256: string, crc32: number]>
>;

/** Hashes files, each once and only when it was touched since the last build. Owns the bytes that it read. */
export class FileHashes {
  readonly #known: KnownHashes;
  readonly #now: number;
  readonly #seen: Record<string, [...FileStamp, string, number]> = {};
  readonly #bytes = new Map<string, Uint8Array>();

  constructor(known: KnownHashes, now: Date) {
    this.#known = known;
    this.#now = now.getTime();
  }

  /**
   * @param onRead called with the bytes of a file that no earlier build has seen as it is now
   * @returns `undefined` when there is no such file (any more)
   */
  hash(file: string, onRead?: (bytes: Uint8Array) => void): FileHash | undefined {
    const stamp = targetStamp(file);
    if (stamp === undefined) return undefined;
    const known = this.#seen[file] ?? this.#known[file];
    if (known !== undefined && sameStamp([known[0], known[1], known[2]], stamp)) {
      this.#remember(file, stamp, known[3], known[4]);
      return { sha256: known[3], crc32: known[4], size: stamp[0] };
    }
    const bytes = readFileSync(file);
    onRead?.(bytes);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    this.#bytes.set(file, bytes);
    this.#remember(file, stamp, sha256, crc32(bytes));
    return { sha256, crc32: crc32(bytes), size: bytes.length };
  }

  /**
   * The bytes that were hashed; those of an untouched file are read now.
   *
   * @returns `undefined` when the file changed since it was hashed
   */
  bytes(file: string, sha256: string): Uint8Array | undefined {
    const bytes = this.#bytes.get(file) ?? readFileSync(file);
    return createHash("sha256").update(bytes).digest("hex") === sha256 ? bytes : undefined;
  }

  /** What the next build may believe. */
  known(): KnownHashes {
    return this.#seen;
  }

  #remember(file: string, stamp: FileStamp, sha256: string, crc: number): void {
    const young = Math.max(stamp[1], stamp[2]) > this.#now - youngFor;
    // A stamp of -1 never matches: the file could change again within the same tick of the clock.
    this.#seen[file] = [young ? -1 : stamp[0], stamp[1], stamp[2], sha256, crc];
  }
}
