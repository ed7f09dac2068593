import { constants } from "node:fs";
import { appendFile, copyFile, type FileHandle, open, truncate } from "node:fs/promises";
import { writeFault } from "../store/write-fault.ts";
import type { Compressed } from "../zip/deflate.ts";
import { centralHeader, endRecords, localHeader } from "../zip/writer.ts";
import { ArchiveEntries } from "./archive-entries.ts";
import { type ResumableHash, resumeHash } from "./front-hash.ts";
import { HashingWriter } from "./hashing-writer.ts";
import type { Layout, TreeEntry } from "./layout.ts";

/** The front of a zip, where the dependencies are: the next build with the same ones copies it. */
export interface PackedFront {
  readonly entries: number;
  /** Bytes of the local headers and data of the dependencies, from offset 0. */
  readonly size: number;
  /** Bytes unpacked, and what it would be with bytecode. */
  readonly unzippedSize: number;
  readonly sizeWithBytecode: number;
  /** Their part of the central directory. */
  readonly central: { readonly offset: number; readonly size: number };
}

export interface PackedZip {
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
  readonly entries: number;
  readonly front: PackedFront;
}

interface Central {
  readonly chunks: Uint8Array[];
  size: number;
}

/**
 * Writes the zip by splicing: the deflated bytes of dependencies are copied from the store's archives, each of
 * which is read once and checked against its SHA-256; headers are made anew. See packaging.md on the recipe.
 *
 * @param compress gives the deflated bytes of a first-party entry
 * @throws BrigError `hash-mismatch` when an archive in the store is damaged, `disk-full`
 */
export async function packZip(
  file: string,
  layout: Layout,
  compress: (entry: TreeEntry) => Promise<Compressed>,
): Promise<PackedZip> {
  const dependencies = new ArchiveEntries(layout.dependencies);
  const writer = await HashingWriter.create(file);
  const central: Central = { chunks: [], size: 0 };
  try {
    for (const entry of layout.dependencies) {
      await appendEntry(writer, central, entry, dependencies.take(entry));
    }
    const front = {
      entries: layout.dependencies.length,
      size: writer.position,
      unzippedSize: layout.dependencies.reduce((total, { size }) => total + size, 0),
      sizeWithBytecode: layout.withBytecode.dependencies,
    };
    const centralSize = central.size;
    const tail = await appendRest(writer, central, layout.dependencies.length, layout.firstParty, compress);
    const sha256 = writer.digest();
    return {
      ...tail,
      sha256,
      front: { ...front, central: { offset: tail.centralOffset, size: centralSize } },
    };
  } finally {
    dependencies.close();
    await writer.close();
  }
}

/** The front of an earlier zip that is known to be what it was when it was packed. */
export interface EarlierFront {
  readonly file: string;
  readonly front: PackedFront;
  /** State of the hash behind the front; `undefined`: the front is read and hashed. */
  readonly hashState: string | undefined;
  /** Whether a copy that was begun before came to its end; `undefined`: none was. */
  readonly copied: Promise<boolean> | undefined;
}

/**
 * Writes the zip with the front of an earlier one, whose dependencies are the same, and new first-party entries
 * behind it. The kernel copies the front meanwhile.
 *
 * @param firstParty awaited last: they may still have to be compiled
 */
export async function packBehind(
  file: string,
  earlier: EarlierFront,
  firstParty: Promise<readonly TreeEntry[]>,
  compress: (entry: TreeEntry) => Promise<Compressed>,
): Promise<PackedZip & { readonly hashState: string }> {
  const { front } = earlier;
  const copying = copyEarlier(earlier, file);
  copying.catch(() => {});
  try {
    const hash = await resumeHash(earlier.hashState);
    const source = await open(earlier.file, "r");
    const records = Buffer.allocUnsafe(front.central.size);
    try {
      if (earlier.hashState === undefined) await hashFront(source, front.size, hash);
      await source.read(records, 0, records.length, front.central.offset);
    } finally {
      await source.close();
    }
    const hashState = earlier.hashState ?? hash.save();
    const tail = new TailWriter(front.size);
    const central: Central = { chunks: [records], size: records.length };
    const rest = await appendRest(tail, central, front.entries, await firstParty, compress);
    const bytes = tail.bytes();
    hash.update(bytes);
    await copying;
    await replaceTail(file, front.size, bytes);
    const { size } = front.central;
    return {
      ...rest,
      sha256: hash.digest(),
      hashState,
      front: { ...front, central: { offset: rest.centralOffset, size } },
    };
  } catch (cause) {
    // Whoever removes the file must find it as it stays.
    await copying.catch(() => {});
    throw writeFault(cause, file);
  }
}

async function copyEarlier(earlier: EarlierFront, file: string): Promise<void> {
  if (!(await earlier.copied)) await copyFile(earlier.file, file, constants.COPYFILE_FICLONE);
}

async function hashFront(source: FileHandle, size: number, hash: ResumableHash): Promise<void> {
  const block = Buffer.allocUnsafe(Math.min(size, 4 << 20));
  for (let position = 0; position < size;) {
    const { bytesRead } = await source.read(block, 0, Math.min(block.length, size - position), position);
    if (bytesRead === 0) throw new Error("the earlier zip is shorter than it was");
    hash.update(block.subarray(0, bytesRead));
    position += bytesRead;
  }
}

async function replaceTail(file: string, start: number, tail: Uint8Array): Promise<void> {
  await truncate(file, start);
  // Unlike one write of a handle, which a full disk cuts short without an error.
  await appendFile(file, tail);
}

/** What packing needs of a file that is written from front to end. */
interface Appendable {
  readonly position: number;
  append(bytes: Uint8Array): Promise<void>;
}

/** Collects what stands behind a front: a few kilobytes of source and the central directory. */
class TailWriter implements Appendable {
  readonly #chunks: Uint8Array[] = [];
  position: number;

  constructor(start: number) {
    this.position = start;
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#chunks.push(bytes);
    this.position += bytes.length;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

async function appendRest(
  writer: Appendable,
  central: Central,
  entriesBefore: number,
  firstParty: readonly TreeEntry[],
  compress: (entry: TreeEntry) => Promise<Compressed>,
): Promise<Pick<PackedZip, "size" | "entries"> & { readonly centralOffset: number }> {
  for (const entry of firstParty) await appendEntry(writer, central, entry, await compress(entry));
  const centralOffset = writer.position;
  const entries = entriesBefore + firstParty.length;
  for (const chunk of central.chunks) await writer.append(chunk);
  await writer.append(endRecords({ count: entries, size: central.size, offset: centralOffset }));
  return { size: writer.position, entries, centralOffset };
}

async function appendEntry(
  writer: Appendable,
  central: Central,
  entry: TreeEntry,
  compressed: Compressed,
): Promise<void> {
  const header = { ...entry, method: compressed.method, compressedSize: compressed.data.length };
  const record = centralHeader(header, writer.position);
  central.chunks.push(record);
  central.size += record.length;
  await writer.append(localHeader(header));
  await writer.append(compressed.data);
}
