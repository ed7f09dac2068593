import { zip64ExtraId } from "./format.ts";

/** Info-ZIP's extra field with a second name, which some readers prefer. */
const unicodePathId = 0x7075;

export interface ExtraFields {
  readonly zip64: Buffer | undefined;
  /** UTF-8 bytes of the second name. */
  readonly unicodePath: Buffer | undefined;
}

/** Reads the extra fields of one header; undefined when a field runs over the end or one of interest is there twice. */
export function parseExtraFields(extra: Buffer): ExtraFields | undefined {
  let zip64: Buffer | undefined;
  let unicodePath: Buffer | undefined;
  let position = 0;
  // Up to three bytes of padding at the end are common and harmless.
  while (extra.length - position >= 4) {
    const id = extra.readUInt16LE(position);
    const end = position + 4 + extra.readUInt16LE(position + 2);
    if (end > extra.length) return undefined;
    const data = extra.subarray(position + 4, end);
    if (id === zip64ExtraId) {
      if (zip64 !== undefined) return undefined;
      zip64 = data;
    } else if (id === unicodePathId) {
      // One byte of version and the CRC-32 of the plain name come first.
      if (unicodePath !== undefined || data.length < 5) return undefined;
      unicodePath = data.subarray(5);
    }
    position = end;
  }
  return { zip64, unicodePath };
}
