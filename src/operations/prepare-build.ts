import { join } from "node:path";
import { FileHashes } from "../build/file-hashes.ts";
import { hashSources, SourceChanged } from "../build/first-party.ts";
import type { TreeEntry } from "../build/layout.ts";
import { readManifest } from "../build/manifest.ts";
import { readLinks } from "../build/links.ts";
import { digestInputs } from "../build/plan.ts";
import type { BuildDetails, Timings } from "../build/report.ts";
import { type BuildState, readState } from "../build/state.ts";
import type { Context } from "../context.ts";
import type { Warning } from "../errors.ts";
import { digestDirectory, type DirectoryDigest } from "../python/directory-digest.ts";
import type { Interpreter } from "../python/interpreter.ts";
import type { Lock } from "../python/lock.ts";
import type { FunctionFolder } from "../workspace/function-folder.ts";
import { readSettings } from "../workspace/read-settings.ts";
import type { Settings } from "../workspace/settings.ts";
import { readSources, type Sources } from "../workspace/sources.ts";
import type { BuildOptions } from "./build-options.ts";
import { ensureLock, type EnsuredLock } from "./ensure-lock.ts";
import { type CommandRun, runBuildCommand } from "./run-build-command.ts";
import { settleRuntime, type SettledRuntime } from "./settle-runtime.ts";
import type { Workshop } from "./workshop.ts";

/** All that is known of a build before a byte of it is made. */
export interface Prepared {
  readonly folder: FunctionFolder;
  readonly builds: string;
  readonly started: Date;
  readonly state: BuildState | undefined;
  readonly settings: Settings;
  readonly runtime: SettledRuntime;
  readonly interpreter: Interpreter | undefined;
  readonly locked: EnsuredLock | undefined;
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
  /** Absolute path of the repository, or of the workspace outside of one: nothing beyond it goes into a build. */
  readonly boundary: string;
  /** Shared source folders that the lock names, by their path in it. */
  readonly folders: Readonly<Record<string, DirectoryDigest>>;
  readonly digests: { readonly dependencies: string; readonly whole: string };
  readonly warnings: readonly Warning[];
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
  context: Context,
): Promise<Prepared> {
  const began = performance.now();
  const started = context.now();
  const state = options.force ? undefined : await readState(builds);
  const settings = readSettings(workshop.workspace, folder);
  const needsPython = settings.runtime === null || settings.runtime.startsWith("python");
  const interpreters = needsPython ? await workshop.interpreters() : [];
  const runtime = settleRuntime(settings, interpreters, started);
  const resolving = performance.now();
  const boundary = (await workshop.repository()).repository?.toplevel ?? workshop.workspace.root;
  const locked = runtime.target
    ? await ensureLock(folder, settings, runtime.target, boundary, workshop, options, context)
    : undefined;
  const resolve = performance.now() - resolving;
  const interpreter = await settleInterpreter(settings, runtime, workshop);
  const command = settings.build.command
    ? await runBuildCommand(folder, settings, state?.command, boundary, context)
    : undefined;
  const sourceFolder = command ? settings.build.output! : settings.build.source;
  const sources = readSources({
    folder: join(folder.folder, sourceFolder),
    boundary,
    exclude: settings.build.exclude,
  });
  const hashRules = JSON.stringify([1, settings.build.allow]);
  const hashes = new FileHashes(state?.hashRules === hashRules ? state.hashes : {}, started);
  const firstParty = hashSources(
    sources.files,
    { path: folder.path, source: sourceFolder, allow: settings.build.allow },
    hashes,
  );
  const otherHashes = new FileHashes(state?.otherHashes ?? {}, started);
  const folders = digestFolders(folder, locked?.lock, boundary, otherHashes);
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
    settings,
    runtime,
    interpreter,
    locked,
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
    boundary,
    folders,
    digests,
    warnings: [...settings.warnings, ...runtime.warnings, ...(await workshop.repository()).warnings],
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

/** The bytes of a first-party entry, as they were hashed. */
export function bytesOf(prepared: Prepared, { origin, path, sha256 }: TreeEntry): Uint8Array {
  switch (origin.kind) {
    case "bytecode":
      return origin.bytes;
    case "source": {
      const bytes = prepared.hashes.bytes(origin.file, sha256);
      if (bytes === undefined) throw new SourceChanged(path);
      return bytes;
    }
    case "archive":
      throw new Error("an archive's entry is copied from the archive");
  }
}

/** Bytecode needs the function's own Python; without bytecode it is welcome (tests run on it) but may be missing. */
async function settleInterpreter(
  settings: Settings,
  runtime: SettledRuntime,
  workshop: Workshop,
): Promise<Interpreter | undefined> {
  if (runtime.target === null) return undefined;
  const minor = runtime.target.python;
  if (settings.build.bytecode === false)
    return (await workshop.interpreters()).find((each) => each.minor === minor);
  return await workshop.requireInterpreter(minor);
}

function digestFolders(
  folder: FunctionFolder,
  lock: Lock | undefined,
  boundary: string,
  hashes: FileHashes,
): Record<string, DirectoryDigest> {
  const paths = (lock?.packages ?? []).flatMap(({ source }) =>
    source.kind === "directory" ? [source.path] : [],
  );
  const hash = (file: string): string | undefined => hashes.hash(file)?.sha256;
  return Object.fromEntries(
    paths.map((path) => [path, digestDirectory(join(folder.folder, path), boundary, hash)]),
  );
}
