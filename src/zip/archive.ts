/**
 * A zip file in the store whose compressed bytes can be copied into another zip as they are: a wheel, or
 * a pack that brig wrote (bytecode of a wheel, a wheel built from source). All were validated when they entered the store.
 * Beside it stands a file with the same entries uncompressed: zips are spliced from the one, staging trees copied from the other.
 */
export interface Archive {
  /** Absolute path of the zip. */
  readonly file: string;
  /** Hex SHA-256 of the whole file: checked whenever its bytes are read. */
  readonly sha256: string;
  /** Bytes of the whole file. */
  readonly size: number;
  readonly entries: readonly SpliceEntry[];
}

/** One file inside an archive, under the path that it takes in the staging tree. */
export interface SpliceEntry {
  /** Relative, `/`-separated, no `.` or `..` parts. */
  readonly path: string;
  readonly executable: boolean;
  /** Zip method: 0 stored, 8 deflated. */
  readonly method: 0 | 8;
  /** CRC-32 of the uncompressed bytes, unsigned. */
  readonly crc32: number;
  readonly size: number;
  readonly compressedSize: number;
  /** Where the compressed bytes begin in the archive's file. */
  readonly offset: number;
  /** Where the uncompressed bytes begin in the file beside it. */
  readonly unpackedOffset: number;
  /** Hex SHA-256 of the uncompressed bytes. */
  readonly sha256: string;
}

/** The file beside an archive that holds its entries uncompressed, one behind the other. */
export function unpackedFile(archive: string): string {
  return `${archive}.unpacked`;
}
