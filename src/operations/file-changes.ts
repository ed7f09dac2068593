import { existsSync, readdirSync } from "node:fs";
import { type Manifest, readManifest } from "../build/manifest.ts";
import type { Change } from "../deploy/diff-members.ts";
import { compareBytewise } from "../workspace/compare-bytewise.ts";

/**
 * What differs between the build that runs and the next one: first-party files by their SHA-256, packages by their versions. Nothing
 * where no build of this folder is what runs.
 *
 * @param builds absolute path of the folder of builds
 * @param codeSha256 of what runs, as AWS reports it
 */
export function findFileChanges(
  builds: string,
  codeSha256: string | undefined,
  next: Manifest,
): readonly Change[] {
  if (codeSha256 === undefined || codeSha256 === next.codeSha256) return [];
  const running = findManifest(builds, codeSha256);
  return running === undefined ? [] : diffManifests(running, next);
}

/** As `findFileChanges`, between two builds that may both be gone. */
export function findRunningChanges(
  builds: string,
  codeSha256: string | undefined,
  nextCodeSha256: string,
): readonly Change[] {
  const next = existsSync(builds) ? findManifest(builds, nextCodeSha256) : undefined;
  return next === undefined ? [] : findFileChanges(builds, codeSha256, next);
}

function findManifest(builds: string, codeSha256: string): Manifest | undefined {
  const zips = readdirSync(builds).filter((name) => /^[^.].*\.zip$/.test(name));
  // The newest are the likeliest.
  for (const zip of zips.toSorted(compareBytewise).toReversed()) {
    const manifest = readManifest(builds, zip);
    if (manifest?.codeSha256 === codeSha256) return manifest;
  }
  return undefined;
}

function diffManifests(before: Manifest, after: Manifest): readonly Change[] {
  const files = ({ inputs }: Manifest): Map<string, string> =>
    new Map(inputs.sources.map(({ path, sha256 }) => [path, sha256]));
  const packages = ({ wheels }: Manifest): Map<string, string> =>
    new Map(wheels.map(({ name, version }) => [name, version]));
  return [...diffMaps(files(before), files(after)), ...diffMaps(packages(before), packages(after))];
}

function diffMaps(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): Change[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].toSorted(compareBytewise);
  return paths
    .filter((path) => before.get(path) !== after.get(path))
    .map((path) => ({ path, from: before.get(path) ?? null, to: after.get(path) ?? null }));
}
