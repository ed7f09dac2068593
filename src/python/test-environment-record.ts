import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bootName } from "../store/boot-name.ts";
import { readRecord, writeRecord } from "../store/record.ts";

/** What a test environment held when it was complete: of each file what it was, so that a damaged one is never used. */
interface EnvironmentRecord {
  readonly boot: string;
  /** By path relative to the environment; bytecode, which Python makes by itself, is not in it. */
  readonly files: Readonly<Record<string, KnownFile>>;
}

/** Hex SHA-256 of the bytes, or where a link leads; size, mtime and ctime in milliseconds. */
type KnownFile = readonly [content: string, size: number, modified: number, changed: number];

const recordName = ".complete";

/** Writes down a finished environment: only with that it counts as one. */
export async function writeEnvironmentRecord(environment: string): Promise<void> {
  const files = listFiles(environment).map((path) => [path, describe(join(environment, path))] as const);
  await writeRecord(join(environment, recordName), { boot: bootName(), files: Object.fromEntries(files) });
}

/** Whether every file is as it was. Stamps are believed within one boot of the machine: a power loss can tear files that have theirs. */
export function isEnvironmentWhole(environment: string): boolean {
  const record = readRecord<EnvironmentRecord>(join(environment, recordName));
  if (record === undefined) return false;
  const isSameBoot = record.boot === bootName();
  return Object.entries(record.files).every(([path, known]) => {
    const file = join(environment, path);
    try {
      return (isSameBoot && hasStamp(file, known)) || describe(file)[0] === known[0];
    } catch {
      return false;
    }
  });
}

/** Whether it was written down in this boot of the machine. */
export function isOfThisBoot(environment: string): boolean {
  return readRecord<EnvironmentRecord>(join(environment, recordName))?.boot === bootName();
}

/** After another boot, of a whole environment: what Python compiled in it by itself may be torn, and goes; the rest is written down anew. */
export async function renewEnvironment(environment: string): Promise<void> {
  for (const entry of readdirSync(environment, { withFileTypes: true, recursive: true })) {
    if (entry.isDirectory() && entry.name === "__pycache__")
      rmSync(join(entry.parentPath, entry.name), { recursive: true, force: true });
  }
  await writeEnvironmentRecord(environment);
}

function listFiles(environment: string): string[] {
  return readdirSync(environment, { withFileTypes: true, recursive: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(environment.length + 1))
    .filter((path) => path !== recordName && path !== ".lock" && !/(^|\/)__pycache__\//.test(path))
    .toSorted();
}

function describe(file: string): KnownFile {
  const status = lstatSync(file);
  const content = status.isSymbolicLink()
    ? `to ${readlinkSync(file)}`
    : createHash("sha256").update(readFileSync(file)).digest("hex");
  return [content, status.size, status.mtimeMs, status.ctimeMs];
}

function hasStamp(file: string, [, size, modified, changed]: KnownFile): boolean {
  const status = lstatSync(file);
  return status.size === size && status.mtimeMs === modified && status.ctimeMs === changed;
}
