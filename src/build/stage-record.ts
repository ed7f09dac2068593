import { readRecord, writeRecord } from "../store/record.ts";
import type { FileStamp, FolderStamp } from "./stamps.ts";

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

/** Two files: an edit of the source writes the small one only. */
const fileNames = { dependencies: ".stage.json", own: ".stage-own.json" } as const;

interface KeptPart {
  readonly version: 2;
  readonly boot: string;
  readonly part: StagePart;
}

export async function readStageRecord(builds: string): Promise<StageRecord | undefined> {
  const [dependencies, own] = await Promise.all([
    readRecord<KeptPart>(`${builds}/${fileNames.dependencies}`),
    readRecord<KeptPart>(`${builds}/${fileNames.own}`),
  ]);
  if (dependencies?.version !== 2 || own?.version !== 2 || dependencies.boot !== own.boot) return undefined;
  return { boot: own.boot, dependencies: dependencies.part, own: own.part };
}

/** @param ownOnly the dependencies' part is as it was read */
export async function writeStageRecord(builds: string, record: StageRecord, ownOnly = false): Promise<void> {
  const { boot, dependencies, own } = record;
  const keep = (name: keyof typeof fileNames, part: StagePart): Promise<void> =>
    writeRecord(`${builds}/${fileNames[name]}`, { version: 2, boot, part } satisfies KeptPart);
  await Promise.all([keep("own", own), ...(ownOnly ? [] : [keep("dependencies", dependencies)])]);
}

/** All files and folders of the tree. A folder that holds first-party files has its stamp with them. */
export function wholeRecord({ dependencies, own }: StageRecord): Pick<StagePart, "files" | "folders"> {
  return {
    files: { ...dependencies.files, ...own.files },
    folders: { ...dependencies.folders, ...own.folders },
  };
}
