import { readFileSync } from "node:fs";
import { checksum } from "./checksum.ts";

/** The checksum of the rest, and a line feed. */
const headLength = 17;

/** Writes bytes behind their own checksum: what a power loss tore is not taken for whole. */
export async function writeChecked(file: string, bytes: Uint8Array): Promise<void> {
  // An unchanged build only reads.
  const { writeFileAtomic } = await import("./atomic-file.ts");
  await writeFileAtomic(file, Buffer.concat([Buffer.from(`${checksum(bytes)}\n`), bytes]));
}

/** The bytes that `writeChecked` wrote; `undefined` when there are none, or not all, or others. */
export function readChecked(file: string): Buffer | undefined {
  let whole: Buffer;
  try {
    whole = readFileSync(file);
  } catch {
    return undefined;
  }
  const bytes = whole.subarray(headLength);
  return whole.toString("latin1", 0, headLength) === `${checksum(bytes)}\n` ? bytes : undefined;
}

/** Writes a value as JSON behind its checksum. */
export async function writeRecord(file: string, value: unknown): Promise<void> {
  await writeChecked(file, Buffer.from(JSON.stringify(value)));
}

/** The value that `writeRecord` wrote: whole and as it was, so it has the type it was written with. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names the type that it wrote
export function readRecord<Value>(file: string): Value | undefined {
  const bytes = readChecked(file);
  return bytes && JSON.parse(bytes.toString());
}
