import { type FileHandle, link, mkdir, open, readFile, rm, stat } from "node:fs/promises";
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
 * finished file, which fails where there is one. The handle is for the heartbeat.
 *
 * @returns `undefined` when the lock is taken
 */
export async function takeLock(file: string, owner: LockOwner): Promise<FileHandle | undefined> {
  const temporary = temporaryBeside(file);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(temporary, "wx", 0o600);
  let taken = false;
  try {
    await handle.writeFile(JSON.stringify(owner));
    await link(temporary, file);
    taken = true;
    return handle;
  } catch (cause) {
    if (systemCode(cause) === "EEXIST") return undefined;
    // A brig that clears leftovers took the temporary file for one: try again.
    if (systemCode(cause) === "ENOENT") return undefined;
    if (!noHardLinks.has(systemCode(cause) ?? "")) throw cause;
    return await takeWithoutLink(file, owner);
  } finally {
    if (!taken) await handle.close();
    await rm(temporary, { force: true });
  }
}

/** How file systems without hard links answer. */
const noHardLinks: ReadonlySet<string> = new Set(["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP", "EMLINK"]);

/** For a moment the file is empty: a process killed right then leaves a torn lock, which the heartbeat's rule clears. */
async function takeWithoutLink(file: string, owner: LockOwner): Promise<FileHandle | undefined> {
  try {
    const handle = await open(file, "wx", 0o600);
    await handle.writeFile(JSON.stringify(owner));
    return handle;
  } catch (cause) {
    if (systemCode(cause) === "EEXIST") return undefined;
    throw cause;
  }
}

/** Who holds a lock, and whether that is over; `undefined` when nobody does. */
export async function readLock(file: string, here: LockOwner): Promise<HeldLock | undefined> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    if (systemCode(cause) === "ENOENT") return undefined;
    throw cause;
  });
  if (text === undefined) return undefined;
  const owner = parseLockOwner(text);
  const fate = owner ? await fateOfOwner(owner, here) : "unknown";
  const stale = fate === "dead" || (fate === "unknown" && (await silence(file)) > staleAfter);
  return { token: owner?.token ?? "torn", owner, stale };
}

/** Milliseconds since the lock's last heartbeat, by the clock of the file system that it is on: hosts' clocks differ. */
async function silence(file: string): Promise<number> {
  const probe = temporaryBeside(file);
  try {
    await (await open(probe, "wx", 0o600)).close();
    const [now, last] = await Promise.all([stat(probe), stat(file)]);
    return now.mtimeMs - last.mtimeMs;
  } catch {
    return 0;
  } finally {
    await rm(probe, { force: true });
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
    const handle = await takeLock(guard, guardian);
    if (handle) {
      await handle.close();
      const held = await readLock(file, here);
      if (held?.token === token) await rm(file, { force: true });
      await rm(guard, { force: true });
      return;
    }
    const other = await readLock(guard, here);
    if (other?.stale) await removeLock(guard, other.token, here);
    else if (other) await sleep(10);
  }
}
