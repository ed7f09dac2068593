import { join } from "node:path";
import { BrigError } from "../errors.ts";
import { findSecret } from "../workspace/secrets.ts";
import type { SourceFile } from "../workspace/sources.ts";
import type { FileHashes } from "./file-hashes.ts";
import type { TreeEntry } from "./layout.ts";

/** A source was edited while it was being built: the build begins again. */
export class SourceChanged extends Error {}

/**
 * The function's own files as entries of the tree. A file that no earlier build has seen as it is now is searched
 * for secrets on the way.
 *
 * @param source folder of the sources relative to the function's folder, for what `build.allow` names
 * @throws BrigError `secret-found`: the file and the kind of secret are named, its value never
 */
export function hashSources(
  sources: readonly SourceFile[],
  where: { readonly path: string; readonly source: string; readonly allow: readonly string[] },
  hashes: FileHashes,
): TreeEntry[] {
  const allowed = new Set(where.allow.map((path) => path.replace(/^\.\//, "")));
  return sources.map((source) => {
    const named = join(where.source, source.path);
    const refuse = (bytes: Uint8Array): void => {
      if (allowed.has(named) || allowed.has(source.path)) return;
      const secret = findSecret(source.path, bytes) ?? findSecret(source.file, bytes);
      if (secret !== null) throw secretFound(join(where.path, named), named, secret.kind);
    };
    const hash = hashes.hash(source.file, refuse);
    if (hash === undefined) throw new SourceChanged(source.path);
    return {
      path: source.path,
      executable: source.executable,
      ...hash,
      origin: { kind: "source", file: source.file },
    };
  });
}

function secretFound(path: string, named: string, kind: string): BrigError {
  return new BrigError(
    "secret-found",
    `${path} looks like ${kind}, and would go into the zip`,
    `take it out of the source, or, if it is meant to be there, in brig.yaml: build: {allow: ["${named}"]}`,
  );
}
