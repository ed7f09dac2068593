import type { PythonTarget } from "../lock.ts";

/** Platform tags that wheels for a target may have, best first. */
export function platformTags(target: PythonTarget): readonly string[] {
  return target.system === "linux" ? linuxTags(target) : macosTags(target);
}

/** The names that PEP 513, 571 and 599 gave to what PEP 600 calls by the version of glibc. */
const legacyNames: Readonly<Record<string, string>> = {
  "2_17": "manylinux2014",
  "2_12": "manylinux2010",
  "2_5": "manylinux1",
};

/** Every glibc runs what was built for an older one (PEP 600). Lambda's systems have no musl. */
function linuxTags({ machine, floor: [major, minor] }: PythonTarget): readonly string[] {
  if (major !== 2) throw new RangeError(`glibc ${major}.${minor} is not known`);
  // The first platform of x86_64 was manylinux1; aarch64 began with manylinux2014.
  const oldest = machine === "x86_64" ? 5 : 17;
  const tags: string[] = [];
  for (let version = minor; version >= oldest; version--) {
    tags.push(`manylinux_2_${version}_${machine}`);
    const legacy = legacyNames[`2_${version}`];
    if (legacy !== undefined) tags.push(`${legacy}_${machine}`);
  }
  // Wheels that were built on a machine and checked for no other.
  return [...tags, `linux_${machine}`];
}

/** Binary formats that run on each machine, best first. */
const macosFormats = {
  x86_64: ["x86_64", "intel", "fat64", "fat32", "universal2", "universal"],
  aarch64: ["arm64", "universal2"],
} as const;

/** From macOS 11 on only the major number counts; 10.16 is how 11 calls itself to older programs. */
function macosTags({ machine, floor: [major, minor] }: PythonTarget): readonly string[] {
  const tags: string[] = [];
  for (let version = major; version >= 11; version--) {
    tags.push(...macosFormats[machine].map((format) => `macosx_${version}_0_${format}`));
  }
  const newestTen = major >= 11 ? 16 : minor;
  // On arm64, which began with 11, a wheel for 10 can only be one for both machines.
  const formats = machine === "x86_64" ? macosFormats.x86_64 : (["universal2"] as const);
  for (let version = newestTen; version >= 4; version--) {
    tags.push(...formats.map((format) => `macosx_10_${version}_${format}`));
  }
  return tags;
}
