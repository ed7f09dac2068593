import { BrigError } from "../errors.ts";
import { parseEarlierVersions } from "./record.ts";
import type { Alias, PublishedVersion } from "./versions.ts";

/**
 * The version that a rollback goes to. While a canary runs, or after one was cut off, it is the version that the alias had
 * all along: the weights are cleared. Otherwise it is the newest of those that the alias had before and that still exist.
 *
 * @param versions newest first
 * @param wanted a version's number, or the beginning of a commit
 * @throws BrigError `not-deployed` where there is no such version or no predecessor, `usage-invalid` for two commits of that beginning
 */
export function settleRollback(
  functionName: string,
  alias: Alias,
  versions: readonly PublishedVersion[],
  wanted: string | undefined,
): PublishedVersion {
  if (wanted !== undefined) return selectVersion(functionName, versions, wanted);
  const candidates =
    Object.keys(alias.weights).length > 0 ? [alias.version] : parseEarlierVersions(alias.description);
  for (const candidate of candidates) {
    const found = versions.find(({ version }) => version === candidate);
    if (found !== undefined) return found;
  }
  throw new BrigError(
    "not-deployed",
    candidates.length === 0
      ? `the alias ${alias.name} of ${functionName} has had no version before ${alias.version}`
      : `of the versions that ${alias.name} of ${functionName} had before ${alias.version}, none exists any more: ${candidates.join(", ")}`,
    versions.length < 2
      ? null
      : `--to takes any version there is: ${versions.map(({ version }) => version).join(", ")}`,
  );
}

/** As `brig versions` shows it: `41d09aa-dirty`. Shorter ones would rather be versions. */
const commitPattern = /^([0-9a-f]{4,64})(-dirty)?$/;

function selectVersion(
  functionName: string,
  versions: readonly PublishedVersion[],
  wanted: string,
): PublishedVersion {
  const numbered = versions.find(({ version }) => version === wanted);
  if (numbered !== undefined) return numbered;
  const [, prefix, dirt] = commitPattern.exec(wanted.toLowerCase()) ?? [];
  const ofCommit = versions.filter(
    ({ commit, dirty }) =>
      prefix !== undefined && commit?.startsWith(prefix) && (dirt === undefined || dirty),
  );
  const commits = [...new Set(ofCommit.map(({ commit }) => commit))];
  if (commits.length > 1) {
    throw new BrigError(
      "usage-invalid",
      `${functionName} has versions of ${commits.length} commits that begin with ${wanted}`,
      `--to takes a version, too: ${ofCommit.map(({ version, commit }) => `${version} (${commit?.slice(0, 12)})`).join(", ")}`,
    );
  }
  // What was committed comes before what had changes on top of that commit.
  const found = ofCommit.find(({ dirty }) => dirty === false) ?? ofCommit[0];
  if (found !== undefined) return found;
  const known = versions.map(({ version, commit }) =>
    commit === null ? version : `${version} (${commit.slice(0, 7)})`,
  );
  throw new BrigError(
    "not-deployed",
    `${functionName} has no version or commit ${wanted}`,
    known.length === 0 ? null : `there are: ${known.slice(0, 20).join(", ")}`,
  );
}
