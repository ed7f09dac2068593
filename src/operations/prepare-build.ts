import { join } from "node:path";
import { FileHashes } from "../build/file-hashes.ts";
import { hashSources, SourceChanged } from "../build/first-party.ts";
import type { TreeEntry } from "../build/layout.ts";
import { readManifest } from "../build/manifest.ts";
import { readLinks } from "../build/links.ts";
import { digestInputs } from "../build/plan.ts";
import type { BuildDetails, Timings } from "../build/report.ts";
import { type BuildState, readState, type Surroundings } from "../build/state.ts";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { digestDirectory, type DirectoryDigest } from "../python/directory-digest.ts";
import type { Lock } from "../python/lock.ts";
import type { FunctionFolder } from "../workspace/function-folder.ts";
import { readSources, type Sources } from "../workspace/sources.ts";
import type { BuildOptions } from "./build-options.ts";
import { keptSettled, settleFunction, type Settled } from "./settle-function.ts";
import type { CommandRun } from "./run-build-command.ts";
import type { Workshop } from "./workshop.ts";

/** All that is known of a build before a byte of it is made. */
export interface Prepared extends Settled {
  readonly folder: FunctionFolder;
  readonly builds: string;
  readonly started: Date;
  readonly state: BuildState | undefined;
  readonly surroundings: Surroundings;
  readonly settled: Settled;
  readonly lock: BuildDetails["lock"];
  readonly command: CommandRun | undefined;
  /** Folder that the first-party files are read from, relative to the function's folder. */
  readonly sourceFolder: string;
  readonly sources: Sources;
  readonly firstParty: readonly TreeEntry[];
  readonly hashes: FileHashes;
  readonly hashRules: string;
  /** Of tests and shared source folders: files that are not searched for secrets. */
  readonly otherHashes: FileHashes;
  /** Shared source folders that the lock names, by their path in it. */
  readonly folders: Readonly<Record<string, DirectoryDigest>>;
  readonly digests: { readonly dependencies: string; readonly whole: string };
  readonly timings: Pick<Timings, "plan" | "resolve">;
}

/**
 * Reads settings, settles runtime and lock (writing pylock.toml where it has to), lists and hashes the sources.
 *
 * @throws BrigError config-invalid, requirements-invalid, resolve-failed, lock-outdated, link-outside, secret-found, …
 */
export async function prepareBuild(
  folder: FunctionFolder,
  builds: string,
  workshop: Workshop,
  options: BuildOptions,
  surroundings: Surroundings,
  context: Context,
): Promise<Prepared> {
  const began = performance.now();
  const started = context.now();
  const state = options.force ? undefined : readState(builds, surroundings.program);
  const settling = performance.now();
  const settled =
    keptSettled(folder, state, surroundings) ??
    (await settleFunction(folder, workshop, options, started, context));
  const resolve = performance.now() - settling;
  const { settings, runtime, interpreter, locked, boundary } = settled;
  const command = settings.build.command
    ? await (
        await import("./run-build-command.ts")
      ).runBuildCommand(folder, settings, state?.command, boundary, context)
    : undefined;
  const sourceFolder = command ? settings.build.output! : settings.build.source;
  const sources = readSources({
    folder: join(folder.folder, sourceFolder),
    boundary,
    exclude: settings.build.exclude,
  });
  if (sources.files.length === 0 && (locked?.lock?.packages ?? []).length === 0) {
    const place = [folder.path, sourceFolder].join("/");
    throw new BrigError(
      "source-missing",
      `${place} holds no file that goes into the zip, and Lambda takes no empty one`,
      `ls -A '${place}'   # and build.exclude in brig.yaml`,
    );
  }
  const hashRules = JSON.stringify([1, settings.build.allow]);
  const hashes = new FileHashes(state?.hashRules === hashRules ? state.hashes : {}, started);
  const firstParty = hashSources(
    sources.files,
    { path: folder.path, source: sourceFolder, allow: settings.build.allow },
    hashes,
  );
  const otherHashes = new FileHashes(state?.otherHashes ?? {}, started);
  const folders = await digestFolders(folder, locked?.lock, boundary, otherHashes, context);
  const digests = digestInputs({
    packages: locked?.lock?.packages ?? [],
    folders: Object.fromEntries(Object.entries(folders).map(([path, { digest }]) => [path, digest])),
    platform: runtime.target ? JSON.stringify(runtime.target) : null,
    interpreter: settings.build.bytecode === false ? null : (interpreter?.version ?? null),
    bytecode: settings.build.bytecode,
    exclude: settings.build.exclude,
    sources: firstParty,
  });
  return {
    folder,
    builds,
    started,
    state,
    ...settled,
    settled,
    surroundings,
    lock: locked?.lock
      ? { written: locked.written, packages: locked.lock.packages.length, changes: locked.changes }
      : null,
    command,
    sourceFolder,
    sources,
    firstParty,
    hashes,
    hashRules,
    otherHashes,
    folders,
    digests,
    timings: { plan: Math.round(performance.now() - began - resolve), resolve: Math.round(resolve) },
  };
}

/** Manifests of the builds behind the links, newest use first. */
export function linkedManifests(
  builds: string,
): { zipName: string; manifest: ReturnType<typeof readManifest> }[] {
  const { staged, current, previous } = readLinks(builds);
  const names = [...new Set([staged, current, previous])].filter((name) => name !== null);
  return names.map((zipName) => ({ zipName, manifest: readManifest(builds, zipName) }));
}

/** Gives the bytes of a first-party entry, as they were hashed. */
export function bytesOf({ hashes }: Prepared): (entry: TreeEntry) => Uint8Array {
  return ({ origin, path, sha256 }) => {
    switch (origin.kind) {
      case "bytecode":
        return origin.bytes;
      case "source": {
        const bytes = hashes.bytes(origin.file, sha256);
        if (bytes === undefined) throw new SourceChanged(path);
        return bytes;
      }
      case "archive":
        throw new Error("an archive's entry is copied from the archive");
    }
  };
}

async function digestFolders(
  folder: FunctionFolder,
  lock: Lock | undefined,
  boundary: string,
  hashes: FileHashes,
  context: Context,
): Promise<Record<string, DirectoryDigest>> {
  const paths = (lock?.packages ?? []).flatMap(({ source }) =>
    source.kind === "directory" ? [source.path] : [],
  );
  if (paths.length === 0) return {};
  const { findUnpackaged } = await import("../python/unpackaged-files.ts");
  const hash = (file: string): string | undefined => hashes.hash(file)?.sha256;
  const digest = async (path: string): Promise<[string, DirectoryDigest]> => {
    const place = join(folder.folder, path);
    return [path, digestDirectory(place, boundary, await findUnpackaged(place, context), hash)];
  };
  return Object.fromEntries(await Promise.all(paths.map(digest)));
}
