import { join } from "node:path";
import type { BuildOutcome } from "../build/report.ts";
import { takeStamps, writeState } from "../build/state.ts";
import { youngFor } from "../build/stamps.ts";
import type { MadeZip } from "./made-zip.ts";
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
  const { builds, locked, sources } = prepared;
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
  const own = takeStamps(
    [join(builds, made.zipName), ...(locked?.file ? [locked.file] : [])],
    [],
    Number.POSITIVE_INFINITY,
  );
  await writeState(builds, {
    surroundings: prepared.surroundings,
    files: { ...read.files, ...own.files },
    folders: read.folders,
    links: outcome.row.links,
    result: outcome.row,
    hashes: prepared.hashes.known(),
    otherHashes: prepared.otherHashes.known(),
    hashRules: prepared.hashRules,
    settled: prepared.settled,
    commit: { found: made.commit, inputs: inputs.files },
    front: made.frontHash ?? prepared.state?.front,
    command: prepared.command && { digest: prepared.command.digest, hashes: prepared.command.hashes },
  });
}
