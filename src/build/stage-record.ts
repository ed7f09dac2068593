import { readRecord, writeRecord } from "../store/record.ts";
import type { FileStamp, FolderStamp } from "./stamps.ts";

/** What the last build put into the staging tree, so that the next one touches only what differs. */
export interface StageRecord {
  readonly version: 1;
  /** The machine's boot: after another one nothing on disk is believed without a look (power may have failed). */
  readonly boot: string;
  /** Digest of everything that the tree is made from. */
  readonly inputs: string;
  readonly folders: Readonly<Record<string, FolderStamp>>;
  readonly files: Readonly<Record<string, StagedFile>>;
}

export type StagedFile = readonly [content: string, ...stamp: FileStamp];

/** What a staged file holds, as far as the tree goes: the digest of its bytes and the executable bit. */
export function contentOf(entry: { readonly sha256: string; readonly executable: boolean }): string {
  return `${entry.sha256.slice(0, 32)}${entry.executable ? "x" : ""}`;
}

const fileName = ".stage.json";

export async function readStageRecord(builds: string): Promise<StageRecord | undefined> {
  const record = await readRecord<StageRecord>(`${builds}/${fileName}`);
  return record?.version === 1 ? record : undefined;
}

export async function writeStageRecord(builds: string, record: StageRecord): Promise<void> {
  await writeRecord(`${builds}/${fileName}`, record);
}
