import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import type { Archive } from "../zip/archive.ts";
import { DownloadAmount, sizeOf } from "./download-amount.ts";
import { openHttp } from "./http.ts";
import type { Lock, LockedPackage } from "./lock.ts";
import { obtainWheel } from "./obtain-wheel.ts";
import type { Obtaining, ObtainOptions } from "./obtaining.ts";
import { findOrBuildWheel } from "./find-or-build-wheel.ts";
import { parseWheelName } from "./wheel/wheel-name.ts";

/** A locked package as an archive in the store. */
export interface ObtainedPackage {
  readonly package: LockedPackage;
  readonly archive: Archive;
  /** File name of the wheel. */
  readonly wheelName: string;
  readonly version: string;
}

/** More connections than this slow each other down. */
const mostAtOnce = 8;

/**
 * The packages of a lock as proven archives: from the store where they are there, otherwise fetched (or built from
 * source), checked against their SHA-256, validated and indexed; each once, however many functions and processes ask.
 *
 * @throws BrigError hash-mismatch, wheel-invalid, wheel-missing, download-failed, offline (naming what is missing), …
 */
export async function obtainArchives(
  lock: Lock,
  options: ObtainOptions,
  context: Context,
): Promise<readonly ObtainedPackage[]> {
  const http = openHttp(options.settings, context, { offline: options.offline });
  const amount = new DownloadAmount(lock, options.subject, context);
  const obtaining: Obtaining = { options, target: lock.target, http, amount, context };
  const obtain = async (each: LockedPackage): Promise<ObtainedPackage> => {
    const wheel = await findOrBuildWheel(each, obtaining);
    const archive = await obtainWheel(each, wheel, obtaining);
    return {
      package: each,
      archive,
      wheelName: wheel.name,
      version: each.version ?? parseWheelName(wheel.name).version,
    };
  };
  const results = new Map<LockedPackage, ObtainedPackage>();
  // Largest first: the longest download does not begin last.
  const queue = [...lock.packages].toSorted((a, b) => sizeOf(b) - sizeOf(a));
  const missing: string[] = [];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      try {
        results.set(next, await obtain(next));
      } catch (error) {
        if (!(error instanceof BrigError) || error.code !== "offline") {
          queue.length = 0;
          throw error;
        }
        missing.push(`${next.name} ${next.version ?? ""}`.trim());
      }
    }
  };
  // All are waited for, also after a failure: another function may be waiting for what is still on its way here.
  const ends = await Promise.allSettled(Array.from({ length: mostAtOnce }, worker));
  await http.close();
  const failed = ends.find((end) => end.status === "rejected");
  if (failed) throw failed.reason;
  if (missing.length > 0) throw notInStore(missing);
  return lock.packages.map((each) => results.get(each)!);
}

function notInStore(missing: readonly string[]): BrigError {
  const shown =
    missing.slice(0, 8).join(", ") + (missing.length > 8 ? ` and ${missing.length - 8} more` : "");
  return new BrigError(
    "offline",
    `not in the store, and nothing may be fetched: ${shown}`,
    "brig build   # once with the network",
  );
}
