import type { TreeEntry } from "./layout.ts";
import type { StageFile, StageJob } from "./stage-files.ts";

/** Source bytes by path: read once by the build, which hashed and compressed them too. */
export type SourceBytes = (entry: TreeEntry) => Uint8Array;

/** What has to be written, by the archive that it comes from, so that each is read once. */
export function planStageJobs(
  tree: string,
  entries: readonly TreeEntry[],
  sourceBytes: SourceBytes,
): StageJob[] {
  const byArchive = new Map<string, StageFile[]>();
  const own: StageFile[] = [];
  for (const entry of entries) {
    const file = { path: `${tree}/${entry.path}`, executable: entry.executable, size: entry.size };
    if (entry.origin.kind !== "archive") {
      own.push({ ...file, from: { bytes: sourceBytes(entry) } });
      continue;
    }
    const { archive, entry: member } = entry.origin;
    let files = byArchive.get(archive.file);
    if (files === undefined) byArchive.set(archive.file, (files = []));
    files.push({ ...file, from: { offset: member.unpackedOffset, sha256: member.sha256 } });
  }
  const jobs = [...byArchive].map(([archive, files]): StageJob => ({ archive, files }));
  return own.length > 0 ? [...jobs, { archive: undefined, files: own }] : jobs;
}
