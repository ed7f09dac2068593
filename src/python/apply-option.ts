import { existingLink } from "./read-index-settings.ts";
import type { LineOption } from "./requirement-options.ts";
import type { RequirementOptions } from "./requirements.ts";
import { normaliseName } from "./wheel/project-name.ts";

/**
 * The options of a requirements file after one more of them.
 *
 * @param folders absolute folders that a path of `--find-links` may be relative to, best first
 * @param home what `~/` means in one
 */
export function applyOption(
  now: RequirementOptions,
  option: LineOption,
  folders: readonly string[],
  home: string,
): RequirementOptions {
  switch (option.name) {
    case "index-url":
      return { ...now, indexUrl: option.value };
    case "extra-index-url":
      return { ...now, extraIndexUrls: [...now.extraIndexUrls, option.value] };
    case "find-links": {
      const found = folders
        .map((folder) => existingLink(option.value, folder, home))
        .find((links) => links.length > 0);
      return { ...now, findLinks: [...now.findLinks, ...(found ?? [])] };
    }
    case "trusted-host":
      return { ...now, trustedHosts: [...now.trustedHosts, option.value] };
    case "no-index":
      return { ...now, noIndex: true };
    case "pre":
      return { ...now, allowPrereleases: true };
    case "require-hashes":
      return { ...now, requireHashes: true };
    case "no-binary":
      return { ...now, noBinary: withNames(now.noBinary, option.value) };
    case "only-binary":
      return { ...now, onlyBinary: withNames(now.onlyBinary, option.value) };
    default:
      // What is left says how pip builds or chooses, not what: `prefer-binary` is brig's way anyway.
      return now;
  }
}

function withNames(names: ReadonlySet<string>, value: string): ReadonlySet<string> {
  const next = new Set(names);
  for (const part of value.split(",")) {
    const name = part.trim();
    if (name === ":none:") next.clear();
    else if (name !== "") next.add(name === ":all:" ? name : normaliseName(name));
  }
  return next;
}
