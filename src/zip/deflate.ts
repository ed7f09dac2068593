import { deflateSync } from "fflate";

export interface Compressed {
  /** Zip method: 0 stored, 8 deflated. */
  readonly method: 0 | 8;
  readonly data: Uint8Array;
}

/** zlib's own default: above it time grows much faster than size shrinks. */
const level = 6;

/**
 * Compresses for a zip. The bytes depend on nothing but the input: node:zlib's differ between versions and
 * builds of Node, so a compressor in plain JavaScript does it.
 */
export function compress(bytes: Uint8Array): Compressed {
  const data = deflateSync(bytes, { level });
  return data.length < bytes.length ? { method: 8, data } : { method: 0, data: bytes };
}
