/** What a `pylock.toml` (PEP 751) of brig says: the exact packages of one function. Pure data; see lock-file.ts for the text. */
export interface Lock {
  readonly target: PythonTarget;
  /** What the lock depends on; it is valid as long as these are what they were. */
  readonly inputs: LockInputs;
  /** Sorted bytewise by name. */
  readonly packages: readonly LockedPackage[];
}

/** The Python and platform that a function runs on. */
export interface PythonTarget {
  /** Minor version: `3.13`. */
  readonly python: string;
  readonly system: "linux" | "macos";
  readonly machine: "x86_64" | "aarch64";
  /** Linux: the newest glibc that wheels may need, as [2, 34]. macOS: the system's version, as [14, 0]. */
  readonly floor: readonly [major: number, minor: number];
}

/** Each digest is hex SHA-256; kept apart so that brig can say which one changed. */
export interface LockInputs {
  /** Of every requirements, constraint, pyproject.toml and uv.lock file, with their paths relative to the function's folder. */
  readonly requirements: string;
  /** Index, extra indexes and find-links in effect, without credentials. */
  readonly indexes: string;
  /** Raised when brig's way to lock changes. */
  readonly format: number;
}

export interface LockedPackage {
  /** Normalised (PEP 503). */
  readonly name: string;
  /** Absent for a source folder whose version is only known when it is built. */
  readonly version: string | undefined;
  readonly source: PackageSource;
}

export type PackageSource =
  | { readonly kind: "wheel"; readonly file: LockedFile }
  /** Built into a wheel once, on this machine. */
  | { readonly kind: "sdist"; readonly file: LockedFile }
  /** A direct URL or path to a source archive. */
  | { readonly kind: "archive"; readonly file: LockedFile; readonly subdirectory: string | undefined }
  | {
      readonly kind: "vcs";
      readonly type: string;
      readonly url: string;
      readonly commit: string;
      readonly subdirectory: string | undefined;
    }
  /** A source folder, relative to the lock's folder with `/` (`../../lib/common`). */
  | { readonly kind: "directory"; readonly path: string };

/** A file to install from: exactly one of `url` (never with credentials) and `path` (relative to the lock's folder, `/`). */
export interface LockedFile {
  readonly name: string;
  readonly url: string | undefined;
  readonly path: string | undefined;
  readonly size: number | undefined;
  readonly sha256: string;
}
