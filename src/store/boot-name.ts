import { readFileSync } from "node:fs";
import { uptime } from "node:os";

/**
 * Names this boot of the machine. After another boot, what was written before may be torn (power may have failed),
 * so stamps of an earlier boot prove nothing.
 */
export function bootName(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    // No boot id here: the time of the boot, to the minute. A false alarm costs one check of hashes.
    return String(Math.round((Date.now() / 1000 - uptime()) / 60));
  }
}
