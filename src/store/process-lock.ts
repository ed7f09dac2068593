import { setTimeout as sleep } from "node:timers/promises";
import { closeSync, rmSync, write } from "node:fs";
import { BrigError } from "../errors.ts";
import { describeThisProcess, type LockOwner } from "./lock-owner.ts";
import { type HeldLock, readLock, removeLock, takeLock } from "./lock-file.ts";
import { writeFault } from "./write-fault.ts";

export interface LockOptions {
  readonly signal: AbortSignal;
  /** Called once, when another process has the lock and this one begins to wait. */
  readonly onWait?: (owner: LockOwner) => void;
  /** How long to wait, in milliseconds; default 10 minutes. */
  readonly timeout?: number;
}

/** How often an owner shows to other hosts that it lives, in milliseconds; see lock-file.ts for when it counts as dead. */
const heartbeatInterval = 5000;

/** The last of those in this process that want the same lock: they queue here and do not poll. */
const queues = new Map<string, Promise<void>>();

/**
 * Does `work` while no other process (nor another caller in this one) is inside the lock of the same file.
 * The lock of a process that died is taken over: at once on the same system, after 30 s on or from another one.
 *
 * @throws BrigError `busy` when it is held for longer than the timeout, `interrupted`, `store-unwritable`, `disk-full`
 */
export async function withProcessLock<Result>(
  file: string,
  options: LockOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  const deadline = performance.now() + (options.timeout ?? 600_000);
  const ahead = queues.get(file) ?? Promise.resolve();
  let leaveQueue: (() => void) | undefined;
  const behind = new Promise<void>((resolve) => {
    leaveQueue = resolve;
  });
  // Whoever gives up waiting leaves the one behind it still waiting for the one ahead.
  const queued = ahead.then(() => behind);
  queues.set(file, queued);
  try {
    await waitFor(ahead, file, deadline, options.signal);
    const lock = await acquire(file, deadline, options);
    try {
      return await work();
    } finally {
      await lock.release();
    }
  } finally {
    leaveQueue?.();
    if (queues.get(file) === queued) queues.delete(file);
  }
}

async function acquire(
  file: string,
  deadline: number,
  options: LockOptions,
): Promise<{ readonly release: () => Promise<void> }> {
  const here = describeThisProcess();
  let pause = 25;
  let told = false;
  for (;;) {
    throwIfInterrupted(options.signal, file);
    const attempt = await tryLock(file, here);
    if (attempt.descriptor !== undefined) return holdLock(file, here, attempt.descriptor);
    if (!attempt.held) continue;
    const { owner } = attempt.held;
    if (!told && owner) options.onWait?.(owner);
    told = true;
    if (performance.now() > deadline) throw stillHeld(file, owner);
    await sleep(pause, undefined, { signal: options.signal }).catch(() => {});
    pause = Math.min(pause * 1.5, 250);
  }
}

/** Takes the lock if it is free, or clears it away if its owner is dead; neither: somebody has it. */
async function tryLock(
  file: string,
  here: LockOwner,
): Promise<{ readonly descriptor?: number; readonly held?: HeldLock }> {
  try {
    const descriptor = takeLock(file, here);
    if (descriptor !== undefined) return { descriptor };
    const held = readLock(file, here);
    if (!held?.stale) return held ? { held } : {};
    await removeLock(file, held.token, here);
    return {};
  } catch (cause) {
    throw writeFault(cause, file);
  }
}

function holdLock(
  file: string,
  here: LockOwner,
  descriptor: number,
): { readonly release: () => Promise<void> } {
  const text = Buffer.from(JSON.stringify(here));
  // Written, not touched: the time is then that of the file's own system, whatever this host's clock says.
  const heartbeat = setInterval(() => {
    write(descriptor, text, 0, text.length, 0, () => {});
  }, heartbeatInterval);
  heartbeat.unref();
  return {
    release: async () => {
      clearInterval(heartbeat);
      closeSync(descriptor);
      // On a full disk there is no room for the guard: this process lives, so nobody else is removing its lock.
      await removeLock(file, here.token, here).catch(() => rmSync(file, { force: true }));
    },
  };
}

async function waitFor(
  ahead: Promise<void>,
  file: string,
  deadline: number,
  signal: AbortSignal,
): Promise<void> {
  throwIfInterrupted(signal, file);
  const done = new AbortController();
  const either = AbortSignal.any([signal, done.signal]);
  const late = sleep(Math.max(deadline - performance.now(), 0), "late", { signal: either, ref: false }).catch(
    () => "late",
  );
  const outcome = await Promise.race([ahead, late]);
  done.abort();
  throwIfInterrupted(signal, file);
  if (outcome === "late") throw stillHeld(file, undefined);
}

function throwIfInterrupted(signal: AbortSignal, file: string): void {
  if (signal.aborted) throw new BrigError("interrupted", `stopped while waiting for ${file}`);
}

function stillHeld(file: string, owner: LockOwner | undefined): BrigError {
  const who = owner ? `process ${owner.pid} on ${owner.host}` : "another piece of work";
  return new BrigError(
    "busy",
    `${who} has held ${file} for too long`,
    owner ? `ps -p ${owner.pid}   # and, should it hang: kill ${owner.pid}` : null,
  );
}
