import { invalidParameter } from "../../../src/local/aws-fault.ts";

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;

/**
 * Bytes of a zip's entries unpacked, out of its central directory (APPNOTE.TXT 4.3.12, 4.3.16).
 *
 * @throws AwsFault InvalidParameterValueException for what is no zip
 */
export function unpackedSize(zip: Buffer): number {
  let end = zip.length - 22;
  while (end >= 0 && zip.readUInt32LE(end) !== endSignature) end--;
  if (end < 0) throw notZip();
  let position = zip.readUInt32LE(end + 16);
  let size = 0;
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (position + 46 > end || zip.readUInt32LE(position) !== entrySignature) throw notZip();
    size += zip.readUInt32LE(position + 24);
    position +=
      46 +
      zip.readUInt16LE(position + 28) +
      zip.readUInt16LE(position + 30) +
      zip.readUInt16LE(position + 32);
  }
  return size;
}

function notZip(): Error {
  return invalidParameter("Could not unzip uploaded file. Please check your file, then try to upload again.");
}
