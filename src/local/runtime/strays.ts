import { readFileSync } from "node:fs";
import { listProcesses } from "./process-table.ts";

/**
 * Ends what a function has started and what has left its process group (`setsid`, a daemon): on Lambda nothing outlives the
 * environment. Such a process still has the environment's TMPDIR, which is nobody else's, unless it was given variables of
 * its own; then it is known by its parents as long as they live (worker-process.ts). Only on Linux can either be seen.
 *
 * @param temporaryFolder of the environment
 */
export function killStrays(temporaryFolder: string): void {
  const mark = Buffer.from(`TMPDIR=${temporaryFolder}\0`);
  for (const pid of listProcesses()) {
    try {
      if (readFileSync(`/proc/${pid}/environ`).includes(mark)) process.kill(pid, "SIGKILL");
    } catch {
      // It has ended, or is somebody else's.
    }
  }
}
