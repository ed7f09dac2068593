import { join } from "node:path";
import type { BuildOutcome } from "../build/report.ts";
import { wholeRecord } from "../build/stage-record.ts";
import { takeStamps, writeState } from "../build/state.ts";
import { youngFor } from "../build/stamps.ts";
import type { MadeZip } from "./make-zip.ts";
import type { Prepared } from "./prepare-build.ts";
import { listInputs } from "./read-build-commit.ts";
import { settledFiles } from "./settle-function.ts";
import type { TestedBuild } from "./test-build.ts";

/** Writes down what this build saw and made, so that the next one can tell that nothing changed. */
export async function keepState(
  prepared: Prepared,
  made: MadeZip,
  tested: TestedBuild,
  outcome: BuildOutcome,
): Promise<void> {
  const { folder, builds, locked, sources } = prepared;
  const before = prepared.started.getTime() - youngFor;
  const inputs = listInputs(prepared);
  const read = takeStamps(
    [
      ...inputs.files,
      ...sources.files.map(({ file }) => file),
      ...settledFiles(prepared.settled),
      ...tested.inputs.files,
      ...tested.inputs.absent,
    ],
    [
      ...inputs.folders,
      ...sources.folders.map((each) => each.folder),
      ...Object.keys(tested.inputs.folders),
      // Of what is absent some would be folders: one that appears brings tests.
      ...tested.inputs.absent,
    ],
    before,
  );
  const tree = join(folder.folder, "stg");
  // People edit staged copies of their own files by mistake; looking at all dependencies' files would take too long.
  const staged = Object.keys(made.stage.own.files);
  const own = takeStamps(
    [
      join(builds, made.zipName),
      ...(locked?.file ? [locked.file] : []),
      ...staged.map((path) => join(tree, path)),
    ],
    Object.keys(wholeRecord(made.stage).folders).map((name) => join(tree, name)),
    Number.POSITIVE_INFINITY,
  );
  await writeState(builds, {
    surroundings: prepared.surroundings,
    files: { ...read.files, ...own.files },
    folders: { ...read.folders, ...own.folders },
    links: outcome.row.links,
    result: outcome.row,
    hashes: prepared.hashes.known(),
    otherHashes: prepared.otherHashes.known(),
    hashRules: prepared.hashRules,
    settled: prepared.settled,
    commit: { found: made.commit, inputs: inputs.files },
    command: prepared.command && { digest: prepared.command.digest, hashes: prepared.command.hashes },
  });
}
