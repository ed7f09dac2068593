import { existsSync } from "node:fs";
import { readRecord, writeRecord } from "../store/record.ts";
import { StoreDamaged } from "../store/store-damaged.ts";
import {
  fileStamp,
  type FileStamp,
  type FolderStamp,
  folderStamp,
  hasFolderStamp,
  sameStamp,
} from "./stamps.ts";

/** What the last build put into the staging tree, so that the next one touches only what differs. */
export interface StageRecord {
  /** The machine's boot: after another one nothing on disk is believed without a look (power may have failed). */
  readonly boot: string;
  readonly dependencies: StagePart;
  /** First-party files, and the folders that hold any. */
  readonly own: StagePart;
}

export interface StagePart {
  /** Digest of everything that this part is made from; that of `own` stands for the whole tree. */
  readonly digest: string;
  readonly folders: Readonly<Record<string, FolderStamp>>;
  readonly files: Readonly<Record<string, StagedFile>>;
}

export type StagedFile = readonly [content: string, ...stamp: FileStamp];

/** What a staged file holds, as far as the tree goes: the digest of its bytes and the executable bit. */
export function contentOf(entry: { readonly sha256: string; readonly executable: boolean }): string {
  return `${entry.sha256.slice(0, 32)}${entry.executable ? "x" : ""}`;
}

/** Three files: an edit of the source writes the small one only, and reads the stamps of all files only for tests. */
const fileNames = {
  files: ".stage.json",
  folders: ".stage-folders.json",
  own: ".stage-own.json",
} as const;

/** Each file says what it belongs to: a kill between two writes leaves files that do not belong together. */
interface Kept<Part> {
  readonly version: 4;
  readonly boot: string;
  /** Digest of the dependencies. */
  readonly dependencies: string;
  readonly part: Part;
}

/**
 * What the last build staged, if it was in this boot of the machine; `undefined` when that is not known for sure.
 * `dependencies.files` are read when they are first asked for.
 *
 * @throws StoreDamaged when they are then found to be damaged
 */
export function readStageRecord(builds: string, boot: string): StageRecord | undefined {
  const read = <Part>(name: keyof typeof fileNames): Kept<Part> | undefined => {
    const kept = readRecord<Kept<Part>>(`${builds}/${fileNames[name]}`);
    return kept?.version === 4 && kept.boot === boot ? kept : undefined;
  };
  const own = read<StagePart>("own");
  const folders = own && read<StagePart["folders"]>("folders");
  const file = `${builds}/${fileNames.files}`;
  if (!own || own.dependencies !== folders?.dependencies || !existsSync(file)) return undefined;
  const digest = own.dependencies;
  let files: StagePart["files"] | undefined;
  const readFiles = (): StagePart["files"] => {
    const kept = read<StagePart["files"]>("files");
    if (kept?.dependencies !== digest) throw new StoreDamaged(file, "is damaged");
    return kept.part;
  };
  return {
    boot,
    dependencies: {
      digest,
      folders: folders.part,
      get files() {
        return (files ??= readFiles());
      },
    },
    own: own.part,
  };
}

/** @param ownOnly the dependencies' part is as it was read */
export async function writeStageRecord(builds: string, record: StageRecord, ownOnly = false): Promise<void> {
  const { boot, dependencies, own } = record;
  const keep = (name: keyof typeof fileNames, part: unknown): Promise<void> => {
    const kept: Kept<unknown> = { version: 4, boot, dependencies: dependencies.digest, part };
    return writeRecord(`${builds}/${fileNames[name]}`, kept);
  };
  const writes = await Promise.allSettled([
    keep("own", own),
    ...(ownOnly ? [] : [keep("folders", dependencies.folders), keep("files", dependencies.files)]),
  ]);
  // Told when none is under way any more, or the end of brig could leave one half written.
  for (const write of writes) if (write.status === "rejected") throw write.reason;
}

/**
 * Whether nothing was added to the tree or removed from it, and first-party files are untouched. In-place edits of
 * dependencies' files are not looked for: that takes as long as all the rest, and the zip is not made from the tree.
 */
export function isTreeAsRecorded(tree: string, { dependencies, own }: StageRecord): boolean {
  return (
    areFoldersAsRecorded(tree, dependencies.folders) &&
    Object.entries(own.folders).every(([path, stamp]) => folderStamp(`${tree}/${path}`) === stamp) &&
    Object.entries(own.files).every(([path, [, ...stamp]]) => sameStamp(fileStamp(`${tree}/${path}`), stamp))
  );
}

/** Leaves out folders of bytecode, half of all: a Python that somebody ran in the tree writes there. */
export function areFoldersAsRecorded(tree: string, folders: StagePart["folders"]): boolean {
  for (const path in folders) {
    if (path.endsWith("__pycache__")) continue;
    if (!hasFolderStamp(path === "" ? tree : `${tree}/${path}`, folders[path]!)) return false;
  }
  return true;
}

/** All files and folders of the tree. A folder that holds first-party files has its stamp with them. */
export function wholeRecord({ dependencies, own }: StageRecord): Pick<StagePart, "files" | "folders"> {
  return {
    files: { ...dependencies.files, ...own.files },
    folders: { ...dependencies.folders, ...own.folders },
  };
}
