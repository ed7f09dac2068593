/** Longest name of one file on every file system in use, in bytes. */
const longestPart = 255;
const longestName = 1024;

/**
 * What is wrong with the name of a zip entry, as the end of the sentence "entry … …", or undefined.
 * A directory's closing slash is no fault.
 */
export function findNameFault(name: string): string | undefined {
  if (name.includes("\0")) return "has a NUL in its name";
  if (name.includes("\\")) return "has a backslash in its name";
  if (name.startsWith("/")) return "has an absolute name";
  if (/^[A-Za-z]:/.test(name)) return "has a drive letter in its name";
  if (Buffer.byteLength(name) > longestName) return `has a name longer than ${longestName} bytes`;
  for (const part of withoutSlash(name).split("/")) {
    if (part === "") return "has an empty part in its name";
    if (part === "." || part === "..") return `has a ${JSON.stringify(part)} part in its name`;
    if (Buffer.byteLength(part) > longestPart)
      return `has a part longer than ${longestPart} bytes in its name`;
  }
  return undefined;
}

export interface NameConflict {
  readonly name: string;
  readonly reason: string;
}

/**
 * The first name that cannot stand in one tree with the others: twice the same file (also where two names
 * differ only by Unicode normalisation, which some file systems do not keep apart), or a file where
 * another entry needs a folder. Directories end in a slash.
 */
export function findNameConflict(names: readonly string[]): NameConflict | undefined {
  // With "/" as the lowest character a folder's contents follow its own name directly, so neighbours tell all.
  const sorted = names
    .map((name) => ({ name, key: withoutSlash(name).normalize("NFC").replaceAll("/", "\0") }))
    .toSorted((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
  for (const [index, { name, key }] of sorted.entries()) {
    const next = sorted[index + 1];
    if (next === undefined) break;
    if (next.key === key) return { name: next.name, reason: "is there twice" };
    if (!name.endsWith("/") && next.key.startsWith(`${key}\0`)) {
      return { name, reason: `is a file, and ${JSON.stringify(next.name)} needs a folder of that name` };
    }
  }
  return undefined;
}

function withoutSlash(name: string): string {
  return name.endsWith("/") ? name.slice(0, -1) : name;
}
