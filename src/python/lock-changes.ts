import type { Lock, LockedPackage, PackageSource } from "./lock.ts";

/** One package that differs between two locks. */
export interface LockChange {
  readonly name: string;
  readonly kind: "added" | "removed" | "changed";
  /** Version, or for a source without one what it is; `undefined` where the package was not there. */
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** What changed from one lock to the next, by name. */
export function diffLocks(before: Lock | undefined, after: Lock): readonly LockChange[] {
  const old = new Map((before?.packages ?? []).map((entry) => [entry.name, entry]));
  const now = new Map(after.packages.map((entry) => [entry.name, entry]));
  const names = [...new Set([...old.keys(), ...now.keys()])].toSorted();
  return names.flatMap((name): LockChange[] => {
    const [from, to] = [old.get(name), now.get(name)];
    if (!from) return to ? [{ name, kind: "added", from: undefined, to: label(to) }] : [];
    if (!to) return [{ name, kind: "removed", from: label(from), to: undefined }];
    if (label(from) === label(to)) return [];
    return [{ name, kind: "changed", from: label(from), to: label(to) }];
  });
}

/** `requests 2.32.4 → 2.32.5`, `+ idna 3.10`, `- six 1.17.0`. */
export function renderLockChange(change: LockChange): string {
  if (change.kind === "added") return `+ ${change.name} ${change.to}`;
  if (change.kind === "removed") return `- ${change.name} ${change.from}`;
  return `${change.name} ${change.from} → ${change.to}`;
}

function label(entry: LockedPackage): string {
  const { source } = entry;
  if (source.kind === "vcs") return `${entry.version ?? ""}@${source.commit.slice(0, 7)}`;
  return entry.version ?? placeOf(source);
}

function placeOf(source: PackageSource): string {
  if (source.kind === "directory") return source.path;
  return source.kind === "vcs" ? source.url : source.file.name;
}
