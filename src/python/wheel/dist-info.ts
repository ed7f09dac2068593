import { extractMember } from "../../zip/extract.ts";
import { archiveFault } from "../../zip/fault.ts";
import type { ZipMember } from "../../zip/reader.ts";
import { canonicalVersion } from "./canonical-version.ts";
import { normaliseName } from "./project-name.ts";
import { parseWheelName, type WheelName } from "./wheel-name.ts";

/** Reads a text file of a wheel's dist-info folder by its name there. */
export interface DistInfo {
  /** The folder's name: `numpy-2.3.5.dist-info`. */
  readonly folder: string;
  readonly record: string;
}

const suffix = ".dist-info";

/**
 * Finds the one dist-info folder of a wheel and checks that the folder, METADATA and the wheel's file name speak of the
 * same version of the same project, in a version of the format that is understood (PEP 427).
 *
 * @throws BrigError `wheel-invalid`
 */
export function readDistInfo(bytes: Buffer, files: readonly ZipMember[], wheel: string): DistInfo {
  const name = parseWheelName(wheel);
  const folder = findFolder(files, wheel);
  if (!isStemOf(folder.slice(0, -suffix.length), name)) {
    throw archiveFault(wheel, `its ${JSON.stringify(folder)} belongs to another project or version`);
  }
  const readText = (file: string): string => {
    const member = files.find((candidate) => candidate.name === `${folder}/${file}`);
    if (member === undefined) throw archiveFault(wheel, `lacks ${folder}/${file}`);
    return extractMember(bytes, member, wheel).toString("utf8");
  };

  const format = findHeader(readText("WHEEL"), "Wheel-Version");
  if (format === undefined || !/^1\.\d+$/.test(format)) {
    throw archiveFault(wheel, `has Wheel-Version ${JSON.stringify(format ?? null)}, and only 1.x is known`);
  }
  const metadata = readText("METADATA");
  const named = findHeader(metadata, "Name");
  if (named === undefined || normaliseName(named) !== normaliseName(name.name)) {
    throw archiveFault(wheel, `its METADATA has the name ${JSON.stringify(named ?? null)}`);
  }
  const version = findHeader(metadata, "Version");
  if (version === undefined || canonicalVersion(version) !== canonicalVersion(name.version)) {
    throw archiveFault(wheel, `its METADATA has the version ${JSON.stringify(version ?? null)}`);
  }
  return { folder, record: readText("RECORD") };
}

function findFolder(files: readonly ZipMember[], wheel: string): string {
  const folders = new Set<string>();
  for (const { name } of files) {
    const [top = "", rest] = name.split("/", 2);
    if (rest !== undefined && top.endsWith(suffix)) folders.add(top);
  }
  const [folder] = folders;
  if (folder === undefined || folders.size !== 1) {
    throw archiveFault(wheel, `has ${folders.size} .dist-info folders instead of one`);
  }
  return folder;
}

/**
 * Whether the stem of a dist-info or data folder, `name-version`, is the wheel's. Older tools left hyphens in names, so
 * any hyphen may be the one between the two.
 */
export function isStemOf(stem: string, { name, version }: WheelName): boolean {
  const project = normaliseName(name);
  const canonical = canonicalVersion(version);
  for (let at = stem.indexOf("-"); at !== -1; at = stem.indexOf("-", at + 1)) {
    if (normaliseName(stem.slice(0, at)) !== project) continue;
    if (canonicalVersion(stem.slice(at + 1)) === canonical) return true;
  }
  return false;
}

/** The first header of that name, in a file of e-mail headers that end with an empty line. */
function findHeader(text: string, name: string): string | undefined {
  const prefix = `${name.toLowerCase()}:`;
  let start = text.startsWith("\u{feff}") ? 1 : 0;
  while (start < text.length) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(start, end).trimEnd();
    if (line === "") return undefined;
    if (line.slice(0, prefix.length).toLowerCase() === prefix) return line.slice(prefix.length).trim();
    start = end + 1;
  }
  return undefined;
}
