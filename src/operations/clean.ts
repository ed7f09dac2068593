import { lstatSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { linkNames, readLinks } from "../build/links.ts";
import type { Context } from "../context.ts";
import { storeDirectory } from "../store/store-directory.ts";
import { withProcessLock } from "../store/process-lock.ts";
import { writeFault } from "../store/write-fault.ts";
import { findWorkspace } from "../workspace/find-workspace.ts";
import type { FunctionFolder } from "../workspace/function-folder.ts";
import { selectFunctions } from "../workspace/select-functions.ts";

export interface CleanOptions {
  /** Functions to clean; empty: all. */
  readonly names: readonly string[];
  /** How many of the newest builds stay besides the linked ones. */
  readonly keep: number;
  readonly cache: boolean;
}

export interface Cleaned {
  /** Relative to the workspace's root; the store as an absolute path. */
  readonly removed: readonly string[];
  /** Bytes. */
  readonly freed: number;
}

/** Removes builds that no link points to, staging trees and twins, and with `cache` the store. */
export async function cleanWorkspace(options: CleanOptions, context: Context): Promise<Cleaned> {
  const removed: string[] = [];
  let freed = 0;
  const remove = (path: string, shown: string): void => {
    const size = measure(path);
    try {
      rmSync(path, { recursive: true, force: true });
    } catch (cause) {
      throw writeFault(cause, path);
    }
    removed.push(shown);
    freed += size;
  };
  // The store belongs to no workspace: it can be emptied from anywhere.
  const isBare = options.cache && options.names.length === 0;
  const workspace = isBare
    ? await findWorkspace(context).catch(() => undefined)
    : await findWorkspace(context);
  const folders = workspace
    ? selectFunctions(workspace, context.cwd, { ...options, all: options.names.length === 0 })
    : [];
  for (const folder of folders) {
    const builds = join(folder.folder, "builds");
    if (!isFolder(builds) && !isFolder(join(folder.folder, "stg"))) continue;
    if (!isFolder(builds)) {
      remove(join(folder.folder, "stg"), `${folder.path}/stg`);
      continue;
    }
    await withProcessLock(join(builds, ".lock"), { signal: context.signal }, async () => {
      for (const name of planCleaning(folder, builds, options.keep)) {
        remove(join(builds, name), `${folder.path}/builds/${name}`);
      }
      if (isFolder(join(folder.folder, "stg"))) remove(join(folder.folder, "stg"), `${folder.path}/stg`);
      rmSync(join(builds, ".stage.json"), { force: true });
    });
  }
  if (options.cache) {
    const store = storeDirectory(context.env, context.cwd);
    if (isFolder(store)) remove(store, store);
  }
  return { removed, freed };
}

/** Names in `builds/` that may go: zips and manifests without a link, beyond the newest `keep`; twins and caches. */
function planCleaning(folder: FunctionFolder, builds: string, keep: number): string[] {
  const links = readLinks(builds);
  const linked = new Set(linkNames.map((name) => links[name]).filter((name) => name !== null));
  const stems = new Set(
    readdirSync(builds)
      .filter((name) => /^\d{14}.*\.(zip|json)$/.test(name))
      .map((name) => name.replace(/\.(zip|json)$/, "")),
  );
  const loose = [...stems]
    .filter((stem) => !linked.has(`${stem}.zip`))
    .toSorted()
    .toReversed();
  const gone = loose.slice(keep).flatMap((stem) => [`${stem}.zip`, `${stem}.json`]);
  return [...gone, "twin", ".pytest_cache"].filter((name) =>
    lstatSync(join(builds, name), { throwIfNoEntry: false }),
  );
}

function measure(path: string): number {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined) return 0;
  // A second name of the same zip frees nothing until the last one goes.
  if (!status.isDirectory()) return status.nlink > 1 ? 0 : status.size;
  return readdirSync(path).reduce((total, name) => total + measure(join(path, name)), 0);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
