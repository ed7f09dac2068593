import { join } from "node:path";
import { readRecord, writeRecord } from "../store/record.ts";
import type { KnownHashes } from "./file-hashes.ts";
import { type Links, readLinks } from "./links.ts";
import type { BuildRow } from "./report.ts";
import type { FrontHash } from "./front-hash.ts";
import { type FileStamp, type FolderStamp, sameStamp, targetFolderStamp, targetStamp } from "./stamps.ts";

/**
 * What the last build of a function saw and made. While all of it is still so, there is nothing to do:
 * no settings are read, no file is hashed, neither git nor Python is asked.
 */
export interface BuildState {
  readonly surroundings: Surroundings;
  /** Files that decided the build, the lock and the zip itself, by absolute path; `null`: it must not be there. */
  readonly files: Readonly<Record<string, FileStamp | null>>;
  /** Folders that were listed. */
  readonly folders: Readonly<Record<string, FolderStamp | null>>;
  readonly links: Links;
  readonly result: BuildRow;
  readonly hashes: KnownHashes;
  /** Of tests and shared source folders. */
  readonly otherHashes: KnownHashes;
  /** The last run of `build.command`. */
  readonly command: { readonly digest: string; readonly hashes: KnownHashes } | undefined;
  /** Whether the hashes' files were searched for secrets, and with which exceptions. */
  readonly hashRules: string;
  /** Settings, runtime, lock: see settle-function.ts. */
  readonly settled: unknown;
  /** The commit that was found, and the files that it was asked about. */
  readonly commit: { readonly found: unknown; readonly inputs: readonly string[] };
  /** Of the zip's front, so that the next edit need not hash it: see pack.ts. */
  readonly front: FrontHash | undefined;
}

/** What decides a build without being one of its files. */
export interface Surroundings {
  /** Which brig it was. */
  readonly program: string;
  readonly boot: string;
  /** Digest of the environment variables that brig, pip, uv or git follow. */
  readonly environment: string;
  readonly git: string;
}

const fileName = ".state.json";

/** @param program the brig that reads: what another one wrote may have another shape and mean other things */
export function readState(builds: string, program: string): BuildState | undefined {
  const state = readRecord<BuildState>(join(builds, fileName));
  return state?.surroundings.program === program ? state : undefined;
}

export async function writeState(builds: string, state: BuildState): Promise<void> {
  await writeRecord(join(builds, fileName), state);
}

/** Whether everything that the state names is as it was. */
export function isAsRecorded(builds: string, state: BuildState, surroundings: Surroundings): boolean {
  return (
    state.surroundings.boot === surroundings.boot &&
    state.surroundings.environment === surroundings.environment &&
    state.surroundings.git === surroundings.git &&
    sameLinks(readLinks(builds), state.links) &&
    Object.entries(state.files).every(([path, stamp]) => sameStamp(targetStamp(path), stamp ?? undefined)) &&
    Object.entries(state.folders).every(([path, stamp]) => targetFolderStamp(path) === (stamp ?? undefined))
  );
}

/**
 * Stamps of files and folders as they are.
 *
 * @param before what was touched later than this (milliseconds of the epoch) could change again within one tick of the
 *   clock, after it was read: its stamp never matches. `Infinity` for what brig itself wrote.
 */
export function takeStamps(
  files: Iterable<string>,
  folders: Iterable<string>,
  before: number,
): Pick<BuildState, "files" | "folders"> {
  const take = <Stamp>(
    paths: Iterable<string>,
    current: (path: string) => Stamp | undefined,
    touched: (stamp: Stamp) => number,
    never: Stamp,
  ): Record<string, Stamp | null> => {
    const stamps = [...paths].map((path): [string, Stamp | null] => {
      const stamp = current(path) ?? null;
      return [path, stamp !== null && touched(stamp) > before ? never : stamp];
    });
    return Object.fromEntries(stamps);
  };
  return {
    files: take<FileStamp>(files, targetStamp, ([, mtime, ctime]) => Math.max(mtime, ctime), [-1, 0, 0]),
    folders: take<FolderStamp>(folders, targetFolderStamp, (ctime) => ctime, -1),
  };
}

function sameLinks(one: Links, other: Links): boolean {
  return one.staged === other.staged && one.current === other.current && one.previous === other.previous;
}
