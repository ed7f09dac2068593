import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { type Lock, type LockedPackage, type PythonTarget } from "../python/lock.ts";
import { diffLocks, type LockChange } from "../python/lock-changes.ts";
import { parseLock } from "../python/lock-file.ts";
import { lockInputs, lockProblem } from "../python/lock-inputs.ts";
import { configurationFiles } from "../python/read-index-settings.ts";
import { readRequirements } from "../python/read-requirements.ts";
import { renderLock } from "../python/render-lock.ts";
import { isEmpty, type Requirements } from "../python/requirements.ts";
import { resolveLock } from "../python/resolve.ts";
import { writeFileAtomic } from "../store/atomic-file.ts";
import { sha256Of } from "../store/content.ts";
import type { FunctionFolder } from "../workspace/function-folder.ts";
import type { Settings } from "../workspace/settings.ts";
import type { Workshop } from "./workshop.ts";

/** A lock that is valid for the function's requirements as they are. */
export interface EnsuredLock {
  /** `undefined`: there is nothing to install. */
  readonly lock: Lock | undefined;
  /** Absolute path of pylock.toml; `undefined` without requirements. */
  readonly file: string | undefined;
  /** Digest of the locked packages. */
  readonly digest: string | null;
  readonly written: boolean;
  readonly changes: readonly LockChange[];
  /** Files that decide what is installed: requirements, constraints, the lock; absolute paths. */
  readonly inputs: readonly string[];
  /** Files that would change the lock if they came, went or changed: the inputs, and pip's and uv's configuration. */
  readonly watched: readonly string[];
}

export interface LockPolicy {
  /** Nothing is resolved: a lock that is not there or not valid is `lock-outdated`. */
  readonly frozen: boolean;
  readonly upgrade?: boolean | readonly string[];
  /** A lock that cannot be read (a merge left its marks in it) is written anew instead of being an error. */
  readonly anew?: boolean;
}

/**
 * Reads requirements and lock; resolves and writes pylock.toml when there is none or something it depends on changed.
 *
 * @throws BrigError requirements-invalid, lock-outdated, resolve-failed, wheel-missing, hash-mismatch, offline, …
 */
export async function ensureLock(
  folder: FunctionFolder,
  settings: Settings,
  target: PythonTarget,
  boundary: string,
  workshop: Workshop,
  policy: LockPolicy,
  context: Context,
): Promise<EnsuredLock> {
  const { build } = settings;
  // A program that fills the output installs what it needs itself, unless the settings say otherwise.
  const isOwn = build.command !== undefined && build.requirements === undefined && build.groups.length === 0;
  const absent = ["requirements.txt", "pyproject.toml"].map((name) => join(folder.folder, name));
  const configuration = [...absent, ...configurationFiles(folder.folder, context)];
  const file = join(folder.folder, "pylock.toml");
  const requirements = isOwn ? undefined : requirementsOf(folder, settings, boundary, context);
  if (requirements === undefined || isEmpty(requirements)) {
    const inputs = (requirements?.files ?? []).map((each) => each.file);
    const rest = { lock: undefined, file: undefined, digest: null, written: false, changes: [] };
    return { ...rest, inputs, watched: [...inputs, ...configuration] };
  }
  const indexes = await workshop.indexes(folder.folder);
  const inputs = [...requirements.files.map((each) => each.file), file];
  const describe = (lock: Lock, written: boolean, changes: readonly LockChange[]): EnsuredLock => ({
    lock,
    file,
    digest: digestPackages(lock.packages),
    written,
    changes,
    inputs,
    watched: [...inputs, ...configuration],
  });
  const shown = `${folder.path}/pylock.toml`;
  const old = readOld(file, shown, policy);
  const problem = old
    ? lockProblem(old, target, lockInputs(requirements, indexes, folder.folder))
    : "there is none";
  const upgrade = policy.upgrade ?? false;
  const upgrades = upgrade === true || (Array.isArray(upgrade) && upgrade.length > 0);
  if (old && problem === undefined && !upgrades) return describe(old, false, []);
  if (policy.frozen) {
    throw new BrigError(
      "lock-outdated",
      `${shown} cannot be used as it is: ${problem}`,
      `brig lock ${folder.name}`,
    );
  }
  // Fetched first, where it has to be: what is shown as under way is then what is.
  await workshop.uv(indexes);
  context.report({ kind: "progress", subject: folder.name, activity: "resolving" });
  const request = {
    folder: folder.folder,
    requirements,
    settings: indexes,
    target,
    previous: old,
    upgrade,
    offline: workshop.offline,
  };
  const lock = await resolveLock(request, workshop.store, context);
  const text = renderLock(lock);
  const changes = diffLocks(old, lock);
  const count = lock.packages.length;
  context.report({
    kind: "step",
    subject: folder.name,
    text: `locked ${count} ${count === 1 ? "package" : "packages"}`,
  });
  const before = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  const isNew = before !== text;
  if (isNew) {
    await writeFileAtomic(file, text);
    workshop.takeBacks.set(folder.folder, () => putBack(file, text, before));
  }
  return describe(lock, isNew, changes);
}

function readOld(file: string, shown: string, policy: LockPolicy): Lock | undefined {
  const entry = statSync(file, { throwIfNoEntry: false });
  if (entry === undefined) return undefined;
  if (!entry.isFile())
    throw new BrigError("lock-invalid", `${shown} is no file`, `mv '${shown}' '${shown}.old'`);
  try {
    return parseLock(readFileSync(file, "utf8"), shown);
  } catch (error) {
    if (policy.anew === true && error instanceof BrigError && error.code === "lock-invalid") return undefined;
    throw error;
  }
}

/** Undoes the writing of a lock, unless somebody else wrote to it since. */
async function putBack(file: string, written: string, before: string | undefined): Promise<void> {
  if (!existsSync(file) || readFileSync(file, "utf8") !== written) return;
  if (before === undefined) rmSync(file);
  else await writeFileAtomic(file, before);
}

/** The function's requirements as its files state them. */
export function requirementsOf(
  folder: FunctionFolder,
  { build }: Settings,
  boundary: string,
  context: Context,
): Requirements {
  const source = { folder: folder.folder, boundary, file: build.requirements, groups: build.groups };
  return readRequirements(source, context);
}

function digestPackages(packages: readonly LockedPackage[]): string {
  return sha256Of(
    JSON.stringify(packages.map(({ name, version, source }) => [name, version ?? null, source])),
  );
}
