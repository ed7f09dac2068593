import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { listProcesses, readProcessGroup } from "./process-table.ts";

/** Tells what memory a worker holds, in MB. Zeros on systems without `/proc`, and when it has ended. */
export interface MemoryReader {
  /** What the process itself holds now. */
  readonly now: () => number;
  /** What it holds now together with what it has started, as far as that is in its process group. */
  readonly group: () => number;
  /** The most that the process itself has held so far, or the group at a look at it. */
  readonly peak: () => number;
  readonly close: () => void;
}

/** More than the file ever has. */
const statusSize = 4096;

/**
 * Reads `/proc/<pid>/status` of Linux (proc(5)), its `VmRSS` and `VmHWM`. That is done at the end of every invocation:
 * hence without a detour over a thread, and the file stays open.
 */
export function openMemory(pid: number): MemoryReader {
  let file = openStatus(pid);
  let largestGroup = 0;
  const bytes = Buffer.allocUnsafe(file === undefined ? 0 : statusSize);
  const read = (name: string): number => {
    if (file === undefined) return 0;
    try {
      const size = readSync(file, bytes, 0, statusSize, 0);
      return readField(bytes.toString("latin1", 0, size), name);
    } catch {
      return 0;
    }
  };
  return {
    now: () => read("VmRSS:"),
    group: () => {
      const sum = file === undefined ? 0 : sumGroup(pid);
      largestGroup = Math.max(largestGroup, sum);
      return sum;
    },
    peak: () => Math.max(read("VmHWM:"), largestGroup),
    close: () => {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

/** Shared pages count more than once: processes that were forked look somewhat larger together than they are. */
function sumGroup(group: number): number {
  let sum = 0;
  for (const pid of listProcesses()) {
    if (readProcessGroup(pid) !== group) continue;
    try {
      sum += readField(readFileSync(`/proc/${pid}/status`, "latin1"), "VmRSS:");
    } catch {
      // It has ended meanwhile.
    }
  }
  return sum;
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
