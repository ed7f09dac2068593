import { chooseFile, type Choice, type ChoiceRules } from "./choose-file.ts";
import type { Attempt, Compilation } from "./compilation.ts";
import { compileRequirements } from "./compile-requirements.ts";
import { exportUvLock } from "./export-uv-lock.ts";
import { allowedHashes, hashMismatch } from "./hash-rules.ts";
import type { LockedPackage } from "./lock.ts";
import { settleSources } from "./locked-sources.ts";
import { listProjectFiles } from "./project-files.ts";
import type { PylockPackage } from "./pylock.ts";
import { explainMissing, refuseForeignSdists } from "./resolve-faults.ts";
import { findSdistsToBuild } from "./resolve-sdists.ts";
import type { Resolving } from "./resolving.ts";
import { lowerUvPlatform, uvPlatform } from "./uv-platform.ts";
import { filesOf, versionOf } from "./wheel-missing.ts";
import { selectWheel } from "./wheel/wheel-tags.ts";

/** How often uv is asked at most until every package has a file that fits. */
const mostRounds = 20;

/** Where the search for a resolution stands. */
interface Search {
  readonly attempt: Attempt;
  /** What may be built from source. */
  readonly buildable: ReadonlySet<string>;
  /** Sdists were looked for since packages came up last. */
  readonly hasLooked: boolean;
  /** The first package that had no file that fits. */
  readonly unfit: PylockPackage | undefined;
}

/**
 * Asks uv until every package has a file that fits. Wheels alone are tried first; where that fails, the projects
 * without any wheel are let through; versions whose wheels all need a newer glibc are ruled out.
 */
export async function resolvePackages(resolving: Resolving): Promise<readonly LockedPackage[]> {
  const { compilation, context } = resolving;
  if (compilation.requirements.project?.uvLock !== undefined) return resolveFromUvLock(resolving);
  let search = beginSearch(compilation);
  for (let round = 0; round < mostRounds; round += 1) {
    const compiled = await compileRequirements(compilation, search.attempt, context);
    if (!compiled.ok) {
      if (search.unfit) break;
      search = await allowSdists(search, compiled.explanation, resolving);
      continue;
    }
    const rules = choiceRules(compilation, search.buildable);
    const choices = compiled.packages.map((entry) => chooseFile(entry, rules));
    const next = await narrow(search, choices, resolving);
    if (!next) {
      await refuseForeignSdists(resolving, choices);
      return settleSources(choices, resolving);
    }
    search = next;
  }
  return resolveLower(search, resolving);
}

function beginSearch({ requirements, target }: Compilation): Search {
  const { noBinary } = requirements.options;
  return {
    attempt: {
      platform: uvPlatform(target),
      onlyBinary: noBinary.size > 0 ? new Set() : "all",
      excluded: new Map(),
    },
    buildable: new Set(noBinary),
    hasLooked: false,
    unfit: undefined,
  };
}

async function allowSdists(search: Search, explanation: string, resolving: Resolving): Promise<Search> {
  const found = search.hasLooked ? undefined : await findSdistsToBuild(resolving, search.attempt);
  if (!found) throw await explainMissing(resolving, explanation);
  return {
    ...search,
    hasLooked: true,
    buildable: new Set([...search.buildable, ...found.buildable]),
    attempt: { ...search.attempt, onlyBinary: found.onlyBinary },
  };
}

/** What to try next with the files that were chosen; `undefined` where all of them fit. */
async function narrow(
  search: Search,
  choices: readonly Choice[],
  resolving: Resolving,
): Promise<Search | undefined> {
  const { attempt, buildable } = search;
  const names = choices.map((choice) => choice.package.name);
  const refused = choices.filter((choice) => choice.kind === "hashes");
  if (refused.length > 0) {
    // Where only the sdist's hash is given, pip builds that.
    for (const { package: entry, file } of refused) {
      if (buildable.has(entry.name)) throw hashMismatch(entry.name, entry.version, file);
    }
    const now = new Set([...buildable, ...refused.map((choice) => choice.package.name)]);
    return {
      ...search,
      buildable: now,
      attempt: { ...attempt, onlyBinary: namesBut(now, names, attempt.onlyBinary) },
    };
  }
  const unfit = choices.filter((choice) => choice.kind === "unfit").map((choice) => choice.package);
  if (unfit.length === 0) return undefined;
  const { onlyBinary } = attempt;
  if (
    onlyBinary !== "all" &&
    unfit.some((entry) => !onlyBinary.has(entry.name) && !buildable.has(entry.name))
  ) {
    // They only came up now, as sdists: wheels first for them as well.
    return {
      ...search,
      hasLooked: false,
      attempt: { ...attempt, onlyBinary: namesBut(buildable, names, onlyBinary) },
    };
  }
  const excluded = await excludeVersions(attempt.excluded, unfit, resolving);
  return { ...search, unfit: search.unfit ?? unfit[0], attempt: { ...attempt, excluded } };
}

function namesBut(
  less: ReadonlySet<string>,
  names: readonly string[],
  before: Attempt["onlyBinary"],
): ReadonlySet<string> {
  return new Set([...names, ...(before === "all" ? [] : before)].filter((name) => !less.has(name)));
}

function choiceRules(compilation: Compilation, buildable: ReadonlySet<string>): ChoiceRules {
  const { requirements, target } = compilation;
  const { noBinary, onlyBinary } = requirements.options;
  return {
    target,
    allowed: (name, version) => allowedHashes(requirements, name, version),
    mayBuild: (name) => buildable.has(name) && !onlyBinary.has(":all:") && !onlyBinary.has(name),
    mustBuild: (name) => (noBinary.has(":all:") || noBinary.has(name)) && !onlyBinary.has(name),
  };
}

/**
 * Rules out every version of the unfit packages that has wheels, but none that fits: one round per package instead of
 * one per version. Where the index lists nothing, at least the version at hand.
 */
async function excludeVersions(
  excluded: Attempt["excluded"],
  unfit: readonly PylockPackage[],
  { compilation, http }: Resolving,
): Promise<Attempt["excluded"]> {
  const next = new Map(excluded);
  for (const entry of unfit) {
    const files = (await listProjectFiles(entry.name, compilation.settings, http)).filter((file) =>
      file.name.endsWith(".whl"),
    );
    const versions = new Set(files.flatMap((file) => versionOf(file.name) ?? []));
    const bad = [...versions].filter((version) => !selectWheel(filesOf(version, files), compilation.target));
    next.set(
      entry.name,
      new Set([
        ...(next.get(entry.name) ?? []),
        ...bad,
        ...(entry.version === undefined ? [] : [entry.version]),
      ]),
    );
  }
  return next;
}

/** The last resort: a platform at or below the target's floor, where everything that uv finds fits. */
async function resolveLower(search: Search, resolving: Resolving): Promise<readonly LockedPackage[]> {
  const { compilation, context } = resolving;
  const attempt = { ...search.attempt, platform: lowerUvPlatform(compilation.target), excluded: new Map() };
  const compiled = await compileRequirements(compilation, attempt, context);
  if (!compiled.ok) throw await explainMissing(resolving, compiled.explanation, search.unfit);
  const choices = compiled.packages.map((entry) =>
    chooseFile(entry, choiceRules(compilation, search.buildable)),
  );
  const unfit = choices.find((choice) => choice.kind === "unfit" || choice.kind === "hashes");
  if (unfit)
    throw await explainMissing(
      resolving,
      "no set of versions has wheels for all",
      search.unfit ?? unfit.package,
    );
  return settleSources(choices, resolving);
}

/** A `uv.lock` has decided on the versions; each must have a wheel that fits, or an sdist. */
async function resolveFromUvLock(resolving: Resolving): Promise<readonly LockedPackage[]> {
  const exported = await exportUvLock(resolving);
  const rules = choiceRules(resolving.compilation, new Set(exported.map((entry) => entry.name)));
  const choices = exported.map((entry) => chooseFile(entry, rules));
  const unfit = choices.find((choice) => choice.kind === "unfit");
  if (unfit) throw await explainMissing(resolving, "uv.lock names it", unfit.package);
  await refuseForeignSdists(resolving, choices);
  return settleSources(choices, resolving);
}
