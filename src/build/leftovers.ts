import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { removeLeftovers } from "../store/atomic-file.ts";
import { manifestName } from "./build-name.ts";
import { readLinks } from "./links.ts";

/**
 * Clears what a killed build left in `builds/`: files that are not whole, and manifests of zips that never came to be.
 * The manifest of a linked zip stays: should somebody have removed the zip, it tells which one to make again.
 *
 * @param now what was changed later belongs to somebody who works now
 */
export async function clearLeftovers(builds: string, now: Date): Promise<void> {
  await removeLeftovers(builds, now);
  const linked = Object.values(readLinks(builds)).map((zip) => zip && manifestName(zip));
  for (const name of readdirSync(builds)) {
    const isOrphan =
      /^\d{14}.*\.json$/.test(name) && !existsSync(join(builds, name.replace(/\.json$/, ".zip")));
    if ((isOrphan && !linked.includes(name)) || name.startsWith(".counts-"))
      rmSync(join(builds, name), { force: true });
  }
}
