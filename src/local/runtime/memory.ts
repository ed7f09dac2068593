import { closeSync, openSync, readSync } from "node:fs";

/** Tells what memory one process holds. */
export interface MemoryReader {
  /** The most it has held so far (`VmHWM`) and what it holds now (`VmRSS`), in MB. */
  readonly read: () => { readonly peak: number; readonly now: number };
  readonly close: () => void;
}

const nothing = { peak: 0, now: 0 };

/** More than the file ever has. */
const statusSize = 4096;

/**
 * Reads `/proc/<pid>/status` of Linux (proc(5)); zeros where there is no such file, or when the process has ended. That
 * is done at the end of every invocation: hence without a detour over a thread, and the file stays open.
 */
export function openMemory(pid: number): MemoryReader {
  let file = openStatus(pid);
  const bytes = Buffer.allocUnsafe(file === undefined ? 0 : statusSize);
  return {
    read: () => {
      if (file === undefined) return nothing;
      try {
        const size = readSync(file, bytes, 0, statusSize, 0);
        const status = bytes.toString("latin1", 0, size);
        return { peak: readField(status, "VmHWM:"), now: readField(status, "VmRSS:") };
      } catch {
        return nothing;
      }
    },
    close: () => {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

function openStatus(pid: number): number | undefined {
  try {
    return openSync(`/proc/${pid}/status`, "r");
  } catch {
    return undefined;
  }
}

function readField(status: string, name: string): number {
  const at = status.indexOf(name);
  return at === -1 ? 0 : Math.ceil(Number.parseInt(status.slice(at + name.length), 10) / 1024);
}
