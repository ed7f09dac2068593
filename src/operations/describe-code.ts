import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { readManifest } from "../build/manifest.ts";
import type { BuildRow } from "../build/report.ts";
import { readStageRecord, wholeRecord } from "../build/stage-record.ts";
import type { PutFunction } from "../local/put-function.ts";
import type { FunctionFolder, Workspace } from "../workspace/function-folder.ts";
import { bootName } from "../store/boot-name.ts";

/**
 * What was built, for a service that goes on while the folder's files change: the staging tree as the build wrote it
 * down, or the zip itself where another build has been at the tree since.
 */
export async function describeCode(
  workspace: Workspace,
  folder: FunctionFolder,
  row: BuildRow,
): Promise<PutFunction["code"]> {
  const zipFile = join(workspace.root, row.zip!);
  const builds = join(folder.folder, "builds");
  const manifest = readManifest(builds, basename(zipFile));
  const record = readStageRecord(builds, bootName());
  if (manifest === undefined || record?.own.digest !== manifest.inputs.digest) {
    return { zip: await readFile(zipFile) };
  }
  const tree = { folder: join(folder.folder, "stg"), files: wholeRecord(record).files };
  return { build: { tree, zipFile, sha256: manifest.codeSha256, size: manifest.size } };
}
