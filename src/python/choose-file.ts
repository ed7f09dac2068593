import type { PythonTarget } from "./lock.ts";
import type { PylockFile, PylockPackage } from "./pylock.ts";
import { selectWheel } from "./wheel/wheel-tags.ts";

/** What to take of a resolved package. */
export type Choice =
  | { readonly kind: "wheel" | "sdist"; readonly package: PylockPackage; readonly file: PylockFile }
  /** It has one source only: an address, a path, a commit. */
  | { readonly kind: "direct"; readonly package: PylockPackage }
  /** No file of it runs on the target. */
  | { readonly kind: "unfit"; readonly package: PylockPackage }
  /** Files run on the target, but none has a hash that the requirements give. */
  | { readonly kind: "hashes"; readonly package: PylockPackage; readonly file: PylockFile };

export interface ChoiceRules {
  readonly target: PythonTarget;
  /** SHA-256 that the requirements allow for a package; `undefined`: any. */
  readonly allowed: (name: string, version: string | undefined) => ReadonlySet<string> | undefined;
  readonly mayBuild: (name: string) => boolean;
  /** Built from source whatever wheels there are (`--no-binary`). */
  readonly mustBuild: (name: string) => boolean;
}

/** Chooses the file of a package: the best wheel that fits and is allowed, else, where that is allowed, the sdist. */
export function chooseFile(entry: PylockPackage, rules: ChoiceRules): Choice {
  if (entry.archive ?? entry.vcs ?? entry.directory) return { kind: "direct", package: entry };
  const allowed = rules.allowed(entry.name, entry.version);
  // A file without a hash is checked once it is downloaded and has one.
  const isAllowed = (file: PylockFile): boolean =>
    allowed === undefined || file.sha256 === undefined || allowed.has(file.sha256);
  const mustBuild = rules.mustBuild(entry.name);
  const wheel = mustBuild ? undefined : selectWheel(entry.wheels.filter(isAllowed), rules.target);
  if (wheel) return { kind: "wheel", package: entry, file: wheel };
  const sdist = mustBuild || rules.mayBuild(entry.name) ? entry.sdist : undefined;
  if (sdist && isAllowed(sdist)) return { kind: "sdist", package: entry, file: sdist };
  const refused = (mustBuild ? undefined : selectWheel(entry.wheels, rules.target)) ?? sdist;
  return refused ? { kind: "hashes", package: entry, file: refused } : { kind: "unfit", package: entry };
}
