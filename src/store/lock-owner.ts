import { randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { systemCode } from "./write-fault.ts";

/** Who holds a lock: what stands in its file. */
export interface LockOwner {
  /** Different for every time a lock is taken. */
  readonly token: string;
  readonly pid: number;
  /** When the process began, in ticks since the system did (proc(5), `stat` field 22): a process id is used again, this pair is not. */
  readonly started: string | null;
  readonly host: string;
  /** Different after each start of the system; the same in all containers of a host. */
  readonly boot: string | null;
  /** Process ids mean something only within their namespace, so not from one container to another. */
  readonly namespace: string | null;
}

export function newToken(): string {
  return randomBytes(8).toString("hex");
}

export function describeThisProcess(): LockOwner {
  return {
    token: newToken(),
    pid: process.pid,
    started: startOfProcess(process.pid),
    host: hostname(),
    boot: tryToRead(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    namespace: tryToRead(() => readlinkSync("/proc/self/ns/pid")),
  };
}

/** `undefined` for a text that is no owner, as one that a power loss tore. */
export function parseLockOwner(text: string): LockOwner | undefined {
  try {
    const value: LockOwner = JSON.parse(text);
    return /^[0-9a-f]+$/.test(value.token) && Number.isSafeInteger(value.pid) && value.pid > 0
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the process that holds a lock still runs; `unknown` where it cannot be seen from here (another host or container). */
export function fateOfOwner(owner: LockOwner, here: LockOwner): "alive" | "dead" | "unknown" {
  const sameSystem =
    owner.host === here.host && owner.boot === here.boot && owner.namespace === here.namespace;
  if (!sameSystem) return "unknown";
  if (owner.started !== null) return startOfProcess(owner.pid) === owner.started ? "alive" : "dead";
  try {
    process.kill(owner.pid, 0);
    // Without a start time this may be another process with the same id: the heartbeat decides.
    return "unknown";
  } catch (cause) {
    return systemCode(cause) === "ESRCH" ? "dead" : "unknown";
  }
}

function startOfProcess(pid: number): string | null {
  const text = tryToRead(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  if (text === null) return null;
  // The second field is the program's name in brackets, which may hold spaces and brackets.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  // A zombie has ended: it writes nothing any more.
  return fields[0] === "Z" || fields[0] === "X" ? null : (fields[19] ?? null);
}

/** What /proc says; `null` on a system that has none. */
function tryToRead(read: () => string): string | null {
  try {
    return read();
  } catch {
    return null;
  }
}
