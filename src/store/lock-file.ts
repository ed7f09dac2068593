import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { temporaryBeside } from "./atomic-file.ts";
import { fateOfOwner, type LockOwner, newToken, parseLockOwner } from "./lock-owner.ts";
import { systemCode } from "./write-fault.ts";

/** After how long without a heartbeat an owner that cannot be seen from here counts as dead, in milliseconds. */
const staleAfter = 30_000;

export interface HeldLock {
  /** The owner's token, or what stands in for it where the file is torn. */
  readonly token: string;
  readonly owner: LockOwner | undefined;
  readonly stale: boolean;
}

/**
 * Makes the lock's file if it is not there: with its owner in it from the first moment, as a hard link of a
 * finished file, which fails where there is one. Every step is so small that a trip through a thread would take
 * ten times as long.
 *
 * @returns the open file, for the heartbeat; `undefined` when the lock is taken
 */
export function takeLock(file: string, owner: LockOwner): number | undefined {
  const temporary = temporaryBeside(file);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const descriptor = openSync(temporary, "wx", 0o600);
  let taken = false;
  try {
    writeFileSync(descriptor, JSON.stringify(owner));
    linkSync(temporary, file);
    taken = true;
    return descriptor;
  } catch (cause) {
    if (systemCode(cause) === "EEXIST") return undefined;
    // A brig that clears leftovers took the temporary file for one: try again.
    if (systemCode(cause) === "ENOENT") return undefined;
    if (!noHardLinks.has(systemCode(cause) ?? "")) throw cause;
    return takeWithoutLink(file, owner);
  } finally {
    if (!taken) closeSync(descriptor);
    rmSync(temporary, { force: true });
  }
}

/** How file systems without hard links answer. */
const noHardLinks: ReadonlySet<string> = new Set(["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EMLINK"]);

/** For a moment the file is empty: a process killed right then leaves a torn lock, which the heartbeat's rule clears. */
function takeWithoutLink(file: string, owner: LockOwner): number | undefined {
  try {
    const descriptor = openSync(file, "wx", 0o600);
    writeFileSync(descriptor, JSON.stringify(owner));
    return descriptor;
  } catch (cause) {
    if (systemCode(cause) === "EEXIST") return undefined;
    throw cause;
  }
}

/** Who holds a lock, and whether that is over; `undefined` when nobody does. */
export function readLock(file: string, here: LockOwner): HeldLock | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") return undefined;
    throw cause;
  }
  const owner = parseLockOwner(text);
  const fate = owner ? fateOfOwner(owner, here) : "unknown";
  const stale = fate === "dead" || (fate === "unknown" && silence(file) > staleAfter);
  return { token: owner?.token ?? "torn", owner, stale };
}

/** Milliseconds since the lock's last heartbeat, by the clock of the file system that it is on: hosts' clocks differ. */
function silence(file: string): number {
  const probe = temporaryBeside(file);
  try {
    closeSync(openSync(probe, "wx", 0o600));
    return statSync(probe).mtimeMs - statSync(file).mtimeMs;
  } catch {
    return 0;
  } finally {
    rmSync(probe, { force: true });
  }
}

/**
 * Removes the lock that has this token, and no other: several that want to remove it take turns by a guard
 * named after the token, look again, and only then remove. A guard is a lock itself, so that of a dead process goes the same way.
 */
export async function removeLock(file: string, token: string, here: LockOwner): Promise<void> {
  const guard = join(dirname(file), `.tmp-guard-${token}`);
  const guardian = { ...here, token: newToken() };
  for (;;) {
    const descriptor = takeLock(guard, guardian);
    if (descriptor !== undefined) {
      closeSync(descriptor);
      if (readLock(file, here)?.token === token) rmSync(file, { force: true });
      rmSync(guard, { force: true });
      return;
    }
    const other = readLock(guard, here);
    if (other?.stale) await removeLock(guard, other.token, here);
    else if (other) await sleep(10);
  }
}
