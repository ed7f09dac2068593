import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { writeFileAtomic } from "../store/atomic-file.ts";
import { contentFile, readVerified, sha256Of } from "../store/content.ts";
import { withProcessLock } from "../store/process-lock.ts";
import { readRecord, writeRecord } from "../store/record.ts";
import type { Store } from "../store/store-directory.ts";
import type { Archive } from "../zip/archive.ts";
import { readArchiveRecord, writeArchiveRecord } from "./archive-record.ts";
import { DownloadAmount, sizeOf } from "./download-amount.ts";
import { buildWheel, type BuildSource } from "./build-wheel.ts";
import { type HttpClient, openHttp } from "./http.ts";
import type { IndexSettings } from "./index-settings.ts";
import type { Interpreter } from "./interpreter.ts";
import type { Lock, LockedFile, LockedPackage } from "./lock.ts";
import type { Uv } from "./uv.ts";
import { indexWheel } from "./wheel/wheel-index.ts";
import { parseWheelName } from "./wheel/wheel-name.ts";

export interface ObtainOptions {
  /** The function's name, for progress. */
  readonly subject: string;
  /** The lock's folder: its paths are relative to it. */
  readonly folder: string;
  /** Absolute path of the repository: shared source folders lie in it. */
  readonly boundary: string;
  readonly store: Store;
  /** With the requirements' own indexes in them. */
  readonly settings: IndexSettings;
  /** Digests of the source folders that the lock names, by their path in it. */
  readonly folders: Readonly<Record<string, string>>;
  readonly offline: boolean;
  /** The interpreter to build wheels with, and the uv; asked for only when one has to be built. */
  readonly interpreter: () => Promise<Interpreter>;
  readonly uv: () => Promise<Uv>;
}

/** A locked package as an archive in the store. */
export interface ObtainedPackage {
  readonly package: LockedPackage;
  readonly archive: Archive;
  /** File name of the wheel. */
  readonly wheelName: string;
  readonly version: string;
}

interface Wheel {
  readonly sha256: string;
  readonly name: string;
}

/** More connections than this slow each other down. */
const mostAtOnce = 8;

/**
 * The packages of a lock as proven archives: from the store where they are there, otherwise fetched (or built from
 * source), checked against their SHA-256, validated and indexed; each once, however many functions and processes ask.
 *
 * @throws BrigError hash-mismatch, wheel-invalid, wheel-missing, download-failed, offline (naming what is missing), …
 */
export async function obtainArchives(
  lock: Lock,
  options: ObtainOptions,
  context: Context,
): Promise<readonly ObtainedPackage[]> {
  const http = openHttp(options.settings, context, { offline: options.offline });
  const amount = new DownloadAmount(lock, options.subject, context);
  const obtain = async (each: LockedPackage): Promise<ObtainedPackage> => {
    const wheel = await settleWheel(each, lock, options, http, amount, context);
    const archive = await obtainWheel(each, wheel, options, http, amount, context);
    return {
      package: each,
      archive,
      wheelName: wheel.name,
      version: each.version ?? parseWheelName(wheel.name).version,
    };
  };
  const results = new Map<LockedPackage, ObtainedPackage>();
  // Largest first: the longest download does not begin last.
  const queue = [...lock.packages].toSorted((a, b) => sizeOf(b) - sizeOf(a));
  const missing: string[] = [];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      try {
        results.set(next, await obtain(next));
      } catch (error) {
        if (!(error instanceof BrigError) || error.code !== "offline") {
          queue.length = 0;
          throw error;
        }
        missing.push(`${next.name} ${next.version ?? ""}`.trim());
      }
    }
  };
  // All are waited for, also after a failure: another function may be waiting for what is still on its way here.
  const ends = await Promise.allSettled(Array.from({ length: mostAtOnce }, worker));
  await http.close();
  const failed = ends.find((end) => end.status === "rejected");
  if (failed) throw failed.reason;
  if (missing.length > 0) throw notInStore(missing);
  return lock.packages.map((each) => results.get(each)!);
}

/** Which wheel a package comes to; one that has none is built first. */
async function settleWheel(
  each: LockedPackage,
  lock: Lock,
  options: ObtainOptions,
  http: HttpClient,
  amount: DownloadAmount,
  context: Context,
): Promise<Wheel> {
  const { source } = each;
  if (source.kind === "wheel") return { sha256: source.file.sha256, name: source.file.name };
  const { store } = options;
  const identity = identityOf(each, options);
  const { python, system, machine, floor } = lock.target;
  const key = sha256Of(JSON.stringify([1, identity, python, system, machine, floor]));
  const record = contentFile(store, "built", key, ".json");
  return await store.once(record, async () => {
    const known = await readRecord<Wheel>(record);
    if (known && (await readVerified(wheelFile(store, known), known.sha256))) return known;
    return await withProcessLock(`${record}.lock`, { signal: context.signal }, async () => {
      const other = await readRecord<Wheel>(record);
      if (other && (await readVerified(wheelFile(store, other), other.sha256))) return other;
      const build: BuildSource = await locateSource(each, options, http, amount);
      const { name, bytes } = await buildWheel(
        {
          title: source.kind === "directory" ? source.path : `${each.name} ${each.version ?? ""}`.trim(),
          source: build,
          target: lock.target,
          interpreter: await options.interpreter(),
          uv: await options.uv(),
          settings: options.settings,
          offline: options.offline,
        },
        context,
      );
      const wheel = { sha256: sha256Of(bytes), name };
      await writeFileAtomic(wheelFile(store, wheel), bytes);
      await writeRecord(record, wheel);
      return wheel;
    });
  });
}

function identityOf({ name, source }: LockedPackage, options: ObtainOptions): readonly unknown[] {
  switch (source.kind) {
    case "wheel":
    case "sdist":
      return [name, source.file.sha256];
    case "archive":
      return [name, source.file.sha256, source.subdirectory];
    case "vcs":
      return [name, source.url, source.commit, source.subdirectory];
    case "directory":
      return [name, options.folders[source.path]];
  }
}

async function locateSource(
  { source }: LockedPackage,
  options: ObtainOptions,
  http: HttpClient,
  amount: DownloadAmount,
): Promise<BuildSource> {
  switch (source.kind) {
    case "directory":
      return { kind: "directory", folder: resolve(options.folder, source.path), boundary: options.boundary };
    case "vcs":
      return { kind: "vcs", url: source.url, commit: source.commit, subdirectory: source.subdirectory };
    case "archive":
    case "sdist":
    case "wheel": {
      // uv reads a project's name and version from the name of its source distribution.
      const file = contentFile(options.store, "sources", source.file.sha256, `/${source.file.name}`);
      if (!(await readVerified(file, source.file.sha256)))
        await fetchFile(source.file, file, options, http, amount);
      return {
        kind: "archive",
        file,
        subdirectory: source.kind === "archive" ? source.subdirectory : undefined,
      };
    }
  }
}

function wheelFile(store: Store, wheel: Wheel): string {
  return contentFile(store, "wheels", wheel.sha256, ".whl");
}

async function obtainWheel(
  { source }: LockedPackage,
  wheel: Wheel,
  options: ObtainOptions,
  http: HttpClient,
  amount: DownloadAmount,
  context: Context,
): Promise<Archive> {
  const file = wheelFile(options.store, wheel);
  const record = contentFile(options.store, "wheels", wheel.sha256, ".json");
  return await options.store.once(file, async () => {
    const known = await readArchiveRecord(record, file);
    if (known) return known;
    return await withProcessLock(`${file}.lock`, { signal: context.signal }, async () => {
      const other = await readArchiveRecord(record, file);
      if (other) return other;
      const prove = (): Promise<Archive | undefined> => proving.next(() => proveWheel(wheel, file));
      let archive = await prove();
      if (archive === undefined && source.kind === "wheel") {
        await fetchFile(source.file, file, options, http, amount);
        archive = await prove();
      }
      if (archive === undefined) {
        throw new BrigError(
          "hash-mismatch",
          `${wheel.name} is not what was locked (sha256 ${wheel.sha256})`,
          "brig clean --cache",
        );
      }
      await writeArchiveRecord(record, archive);
      return archive;
    });
  });
}

/** Checks and indexes a wheel in the store; `undefined` when it is not there as it should be. */
async function proveWheel(wheel: Wheel, file: string): Promise<Archive | undefined> {
  const bytes = await readVerified(file, wheel.sha256);
  return bytes && indexWheel(bytes, file, wheel.sha256, wheel.name);
}

/** One wheel after the other: it is one thread's work, and each is in memory as a whole. */
class Turns {
  #last: Promise<unknown> = Promise.resolve();

  next<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }
}

const proving = new Turns();

/** Brings a file into the store; afterwards it is there with the locked hash, or not at all. */
async function fetchFile(
  locked: LockedFile,
  file: string,
  options: ObtainOptions,
  http: HttpClient,
  amount: DownloadAmount,
): Promise<void> {
  const { name, sha256, size } = locked;
  if (locked.path === undefined) {
    const onProgress = (done: number): void => amount.show(name, done);
    await http.download(locked.url!, { sha256, size, name, onProgress }, file);
    return;
  }
  let bytes: Buffer;
  try {
    bytes = await readLocal(locked.path, name, options);
  } catch (cause) {
    const message = `${locked.path}, which pylock.toml names, cannot be read: ${(cause as Error).message}`;
    throw new BrigError("wheel-missing", message, "brig lock", { cause });
  }
  if (sha256Of(bytes) !== sha256) {
    throw new BrigError(
      "hash-mismatch",
      `${locked.path} is not the file that was locked (sha256 ${sha256})`,
      "brig lock",
    );
  }
  await writeFileAtomic(file, bytes);
}

/**
 * A file of this machine: where the lock has it, or, for a folder outside of the repository, which lies elsewhere as
 * seen from a clone, where the find-links in effect have it.
 */
async function readLocal(path: string, name: string, options: ObtainOptions): Promise<Buffer> {
  for (const folder of options.settings.findLinks.filter((link) => link.startsWith("/"))) {
    const linked = join(folder, name);
    if (!existsSync(resolve(options.folder, path)) && existsSync(linked)) return await readFile(linked);
  }
  return await readFile(resolve(options.folder, path));
}

function notInStore(missing: readonly string[]): BrigError {
  const shown =
    missing.slice(0, 8).join(", ") + (missing.length > 8 ? ` and ${missing.length - 8} more` : "");
  return new BrigError(
    "offline",
    `not in the store, and nothing may be fetched: ${shown}`,
    "brig build   # once with the network",
  );
}
