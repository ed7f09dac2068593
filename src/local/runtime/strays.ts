import { readdirSync, readFileSync } from "node:fs";

/**
 * Ends what a function has started and what has left its process group (`setsid`, a daemon): on Lambda nothing outlives the
 * environment. Such a process still has the environment's TMPDIR, which is nobody else's. Only on Linux can that be seen.
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

/** Ids of the processes of this machine; none where there is no `/proc`. */
export function listProcesses(): readonly number[] {
  try {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}
