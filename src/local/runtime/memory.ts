import { readFileSync } from "node:fs";

/**
 * The most memory a process has held so far (`VmHWM`) and holds now (`VmRSS`), in MB, as proc(5) of Linux says;
 * zeros where there is no such file. Read at the end of every invocation, hence without a detour over a thread.
 */
export function readMemory(pid: number): { readonly peak: number; readonly now: number } {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    return { peak: readField(status, "VmHWM:"), now: readField(status, "VmRSS:") };
  } catch {
    return { peak: 0, now: 0 };
  }
}

function readField(status: string, name: string): number {
  const at = status.indexOf(name);
  return at === -1 ? 0 : Math.ceil(Number.parseInt(status.slice(at + name.length), 10) / 1024);
}
