import { BrigError } from "../../errors.ts";

/** What the file name of a wheel says (PEP 427, PEP 491). */
export interface WheelName {
  /** As it stands in the file name: compare by `normaliseName`. */
  readonly name: string;
  /** As it stands in the file name: compare by `canonicalVersion`. */
  readonly version: string;
  /** Absent: lower than every build there is. */
  readonly build: BuildTag | undefined;
  readonly pythons: readonly string[];
  readonly abis: readonly string[];
  readonly platforms: readonly string[];
}

export interface BuildTag {
  readonly number: bigint;
  readonly suffix: string;
}

const namePattern = /^[\p{L}\p{N}](?:[\p{L}\p{N}._]*[\p{L}\p{N}])?$/u;
const versionPattern = /^[A-Za-z0-9_.!+]+$/;
const buildPattern = /^(?<number>\d+)(?<suffix>[A-Za-z0-9_.]*)$/;
const tagsPattern = /^[A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+)*$/;

/** @throws BrigError `wheel-invalid` */
export function parseWheelName(file: string): WheelName {
  const name = matchWheelName(file);
  if (name !== undefined) return name;
  throw new BrigError(
    "wheel-invalid",
    `${JSON.stringify(file)} is no file name of a wheel`,
    "a wheel is called name-1.0-py3-none-any.whl",
  );
}

/** For lists that may hold other files as well: undefined for those. */
export function matchWheelName(file: string): WheelName | undefined {
  if (!file.endsWith(".whl")) return undefined;
  const parts = file.slice(0, -".whl".length).split("-");
  if (parts.length !== 5 && parts.length !== 6) return undefined;
  const [name = "", version = ""] = parts;
  const [pythons = "", abis = "", platforms = ""] = parts.slice(-3);
  if (!namePattern.test(name) || !versionPattern.test(version)) return undefined;
  if (![pythons, abis, platforms].every((tags) => tagsPattern.test(tags))) return undefined;
  let build: BuildTag | undefined;
  if (parts.length === 6) {
    const groups = buildPattern.exec(parts[2] ?? "")?.groups;
    if (groups === undefined) return undefined;
    build = { number: BigInt(groups["number"] ?? 0), suffix: groups["suffix"] ?? "" };
  }
  return {
    name,
    version,
    build,
    pythons: splitTags(pythons),
    abis: splitTags(abis),
    platforms: splitTags(platforms),
  };
}

function splitTags(tags: string): readonly string[] {
  return tags.toLowerCase().split(".");
}
