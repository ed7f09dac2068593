import { readFile } from "node:fs/promises";
import { writeFileAtomic } from "./atomic-file.ts";
import { sha256Of } from "./content.ts";

/** Hex SHA-256 of the rest, and a line feed. */
const headLength = 65;

/** Writes bytes behind their own hash: what a power loss tore is not taken for whole. */
export async function writeChecked(file: string, bytes: Uint8Array): Promise<void> {
  await writeFileAtomic(file, Buffer.concat([Buffer.from(`${sha256Of(bytes)}\n`), bytes]));
}

/** The bytes that `writeChecked` wrote; `undefined` when there are none, or not all, or others. */
export async function readChecked(file: string): Promise<Buffer | undefined> {
  const whole = await readFile(file).catch(() => undefined);
  if (!whole) return undefined;
  const bytes = whole.subarray(headLength);
  return whole.toString("latin1", 0, headLength) === `${sha256Of(bytes)}\n` ? bytes : undefined;
}

/** Writes a value as JSON behind its hash. */
export async function writeRecord(file: string, value: unknown): Promise<void> {
  await writeChecked(file, Buffer.from(JSON.stringify(value)));
}

/** The value that `writeRecord` wrote: whole and as it was, so it has the type it was written with. */
export async function readRecord<Value>(file: string): Promise<Value | undefined> {
  const bytes = await readChecked(file);
  if (bytes === undefined) return undefined;
  const value: Value = JSON.parse(bytes.toString());
  return value;
}
