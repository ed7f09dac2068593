import { createHash } from "node:crypto";
import type { LockedPackage } from "../python/lock.ts";
import type { TreeEntry } from "./layout.ts";

/** Raised when the way a zip is made changes: the same inputs then give other bytes. */
const zipFormat = 1;

/** Everything that decides the bytes of a zip. */
export interface ZipInputs {
  readonly packages: readonly LockedPackage[];
  /** Digests of source folders that the lock names, by their path in the lock. */
  readonly folders: Readonly<Record<string, string>>;
  /** `cp313 x86_64 2.34`, or `null` without Python. */
  readonly platform: string | null;
  /** Exact version of the interpreter that makes the bytecode; `null` without bytecode. */
  readonly interpreter: string | null;
  readonly bytecode: boolean | undefined;
  readonly exclude: readonly string[];
  readonly sources: readonly TreeEntry[];
}

/** Digests of the dependencies' part of the zip, and of the whole. */
export function digestInputs(inputs: ZipInputs): { readonly dependencies: string; readonly whole: string } {
  const { packages, folders, platform, interpreter, bytecode, exclude, sources } = inputs;
  const identities = packages.map((each) => identityOf(each, folders));
  const dependencies = digest([zipFormat, identities, platform, interpreter, bytecode ?? null, exclude]);
  const files = sources.map(({ path, sha256, executable }) => [path, sha256, executable]);
  return { dependencies, whole: digest([dependencies, files]) };
}

/** What tells one state of a locked package from another. */
export function identityOf(
  { name, source }: LockedPackage,
  folders: Readonly<Record<string, string>>,
): string[] {
  switch (source.kind) {
    case "wheel":
    case "sdist":
      return [name, source.kind, source.file.name, source.file.sha256];
    case "archive":
      return [name, source.kind, source.file.sha256, source.subdirectory ?? ""];
    case "vcs":
      return [name, source.kind, source.url, source.commit, source.subdirectory ?? ""];
    case "directory":
      return [name, source.kind, folders[source.path] ?? ""];
  }
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
