import { parseRecord } from "./wheel/record-rows.ts";
import { splitCredentials } from "./url-credentials.ts";
import { normaliseName } from "./wheel/project-name.ts";

/** A package that somebody installed into a tree, as its dist-info tells (PEP 376, PEP 610). */
export interface InstalledPackage {
  /** Normalised (PEP 503). */
  readonly name: string;
  readonly version: string;
  /** A line of requirements.txt that asks for exactly this: `numpy==2.3.5`, `lib @ git+https://…@<commit>`. */
  readonly requirement: string;
  /** The dist-info folder, at the root of the tree. */
  readonly folder: string;
  /** What RECORD lists; `undefined` where there is no RECORD any more. */
  readonly files: ReadonlySet<string> | undefined;
}

const metadataFile = /^([^/]+\.dist-info)\/METADATA$/;

/**
 * The packages in a tree, bytewise by name. One that was installed from a folder of somebody's machine is none: nobody can
 * ask for it by a line of requirements.txt.
 *
 * @param paths of all files, with `/`
 * @param read gives a file's text
 */
export function findInstalledPackages(
  paths: readonly string[],
  read: (path: string) => string,
): readonly InstalledPackage[] {
  const known = new Set(paths);
  const readIfThere = (path: string): string | undefined => (known.has(path) ? read(path) : undefined);
  const packages = paths.flatMap((path): InstalledPackage[] => {
    const folder = metadataFile.exec(path)?.[1];
    if (folder === undefined) return [];
    const metadata = read(path);
    const name = header(metadata, "Name");
    const version = header(metadata, "Version");
    if (name === undefined || version === undefined) return [];
    const requirement = requirementOf(name, version, readIfThere(`${folder}/direct_url.json`));
    if (requirement === undefined) return [];
    const record = readIfThere(`${folder}/RECORD`);
    return [
      {
        name: normaliseName(name),
        version,
        requirement,
        folder,
        files: record === undefined ? undefined : filesOf(record),
      },
    ];
  });
  return packages.toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

function header(metadata: string, name: string): string | undefined {
  // The headers end with the first empty line; a description may follow that quotes others.
  const headers = metadata.split(/\r?\n\r?\n/, 1)[0]!;
  const value = new RegExp(`^${name}:[ \\t]*(\\S+)[ \\t]*$`, "im").exec(headers)?.[1];
  return value !== undefined && /^[A-Za-z0-9][\w.!+-]*$/.test(value) ? value : undefined;
}

/** What `pip install --target` records as `../../bin/f2py` stands in `bin/` of the tree. */
function filesOf(record: string): ReadonlySet<string> | undefined {
  const rows = parseRecord(record);
  return rows && new Set(rows.map(({ path }) => path.replace(/^(\.\.\/)+/, "")));
}

interface DirectUrl {
  readonly url?: unknown;
  readonly subdirectory?: unknown;
  readonly vcs_info?: { readonly vcs?: unknown; readonly commit_id?: unknown };
  readonly archive_info?: object;
}

function requirementOf(name: string, version: string, direct: string | undefined): string | undefined {
  if (direct === undefined) return `${name}==${version}`;
  let origin: DirectUrl;
  try {
    origin = JSON.parse(direct) as DirectUrl;
  } catch {
    return `${name}==${version}`;
  }
  const { url, vcs_info: vcs, archive_info: archive, subdirectory } = origin;
  // Only addresses that others can reach; a space would end the line's address.
  if (typeof url !== "string" || !/^(https?|ssh|git):\/\/\S+$/.test(url)) return undefined;
  // PEP 610 asks installers to leave credentials out; not all do.
  const address = splitCredentials(url).url;
  const inside = typeof subdirectory === "string" ? `#subdirectory=${subdirectory}` : "";
  if (typeof vcs?.vcs === "string" && typeof vcs.commit_id === "string") {
    return `${name} @ ${vcs.vcs}+${address}@${vcs.commit_id}${inside}`;
  }
  return archive === undefined ? undefined : `${name} @ ${address}${inside}`;
}
