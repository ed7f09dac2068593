import type { Alias, PublishedVersion } from "./versions.ts";

/**
 * The versions that nobody needs, oldest first: none that an alias uses, whole or in part, and none of the newest.
 *
 * @param versions newest first
 * @param keep how many of the newest stay in any case
 */
export function selectPrunable(
  versions: readonly PublishedVersion[],
  aliases: readonly Alias[],
  keep: number,
): readonly PublishedVersion[] {
  const used = new Set(aliases.flatMap(({ version, weights }) => [version, ...Object.keys(weights)]));
  return versions
    .slice(keep)
    .filter(({ version }) => !used.has(version))
    .toReversed();
}
