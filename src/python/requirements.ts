/** What a function requires, as its files say: read by read-requirements.ts. Holds secrets where URLs do: never print it. */
export interface Requirements {
  /** Absolute path of the repository: what lies in it moves with a clone. */
  readonly boundary: string;
  /** Every file that was read, each once: requirements, constraints, pyproject.toml, uv.lock, local archives, build files of local folders. */
  readonly files: readonly RequirementFile[];
  readonly requirements: readonly Requirement[];
  readonly constraints: readonly Requirement[];
  readonly options: RequirementOptions;
  /** Wheels, source archives and source folders of this repository, each once. */
  readonly localPaths: readonly LocalPath[];
  readonly project: Project | undefined;
  /** Inputs that stand in none of the files, without credentials: lines in which `${NAME}` was put in place, `[tool.uv]`. */
  readonly expanded: readonly string[];
}

export interface RequirementFile {
  /** Absolute. */
  readonly file: string;
  /** Hex SHA-256 of its bytes. */
  readonly sha256: string;
}

export interface Requirement {
  /** Where it stands: `requirements.txt:3`. */
  readonly place: string;
  /** Normalised; absent for an address or path whose name is only known once it is built. */
  readonly name: string | undefined;
  /** As it is written, without options and credentials. */
  readonly written: string;
  /** For uv: absolute paths, no options, one line. */
  readonly text: string;
  readonly pin: string | undefined;
  readonly kind: "version" | "url" | "vcs" | LocalPath["kind"];
  /** Lower-case hex SHA-256 that files of it may have; empty where none is given. */
  readonly hashes: readonly string[];
  readonly marker: string | undefined;
}

export interface LocalPath {
  readonly kind: "wheel" | "sdist" | "directory";
  /** Absolute. */
  readonly path: string;
}

/** Options that hold for a whole requirements file, all files taken together (the last `--index-url` wins). */
export interface RequirementOptions {
  readonly indexUrl: string | undefined;
  readonly extraIndexUrls: readonly string[];
  /** URLs and absolute paths. */
  readonly findLinks: readonly string[];
  readonly noIndex: boolean;
  readonly trustedHosts: readonly string[];
  readonly allowPrereleases: boolean;
  readonly requireHashes: boolean;
  /** Normalised names, or `:all:`. */
  readonly noBinary: ReadonlySet<string>;
  readonly onlyBinary: ReadonlySet<string>;
  /** `KEY=VALUE` for build backends, by normalised name. */
  readonly configSettings: readonly { readonly name: string; readonly setting: string }[];
}

/** A pyproject.toml whose dependencies or groups are locked. */
export interface Project {
  /** Absolute. */
  readonly file: string;
  /** Whether `project.dependencies` count; otherwise only the groups do. */
  readonly withDependencies: boolean;
  readonly groups: readonly string[];
  /** Absolute path of the uv.lock beside it, which then decides. */
  readonly uvLock: string | undefined;
}

/** Whether there is nothing to install at all. */
export function isEmpty(requirements: Requirements): boolean {
  return requirements.requirements.length === 0 && requirements.project === undefined;
}

export const noOptions: RequirementOptions = {
  indexUrl: undefined,
  extraIndexUrls: [],
  findLinks: [],
  noIndex: false,
  trustedHosts: [],
  allowPrereleases: false,
  requireHashes: false,
  noBinary: new Set(),
  onlyBinary: new Set(),
  configSettings: [],
};
