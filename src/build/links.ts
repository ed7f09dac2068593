import { readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";

export const linkNames = ["staged", "current", "previous"] as const;
export type LinkName = (typeof linkNames)[number];

/** Names of the zips in `builds/` that the links point to. */
export interface Links {
  readonly staged: string | null;
  readonly current: string | null;
  readonly previous: string | null;
}

/** Reads the three links of a `builds/` folder; anything that is not a link to a zip beside it counts as absent. */
export function readLinks(builds: string): Links {
  const [staged, current, previous] = linkNames.map((name) => readLink(join(builds, name)));
  return { staged: staged ?? null, current: current ?? null, previous: previous ?? null };
}

/**
 * After a build passed: what `current` was becomes `previous`, and `current` points to the staged zip.
 * A build that `current` has already moves nothing. `previous` is set first, so that a kill between the
 * two leaves `current` at a zip whose tests passed.
 *
 * @param keepPrevious the same bytes under a new name (now committed): `previous` stays
 */
export async function promoteStaged(builds: string, keepPrevious = false): Promise<Links> {
  const links = readLinks(builds);
  if (links.staged === null || links.staged === links.current) return links;
  const { replaceLink } = await import("../store/atomic-file.ts");
  if (links.current !== null && !keepPrevious) {
    await replaceLink(join(builds, "previous"), links.current);
  }
  await replaceLink(join(builds, "current"), links.staged);
  return readLinks(builds);
}

export async function moveStaged(builds: string, zipName: string): Promise<void> {
  if (readLink(join(builds, "staged")) === zipName) return;
  // An unchanged build only reads links.
  const { replaceLink } = await import("../store/atomic-file.ts");
  await replaceLink(join(builds, "staged"), zipName);
}

/** Puts `staged` back to where it pointed; `null`: there was none. */
export async function restoreStaged(builds: string, zipName: string | null): Promise<void> {
  if (zipName === null) rmSync(join(builds, "staged"), { force: true });
  else await moveStaged(builds, zipName);
}

function readLink(path: string): string | null {
  try {
    const target = readlinkSync(path);
    return /^[^/]+\.zip$/.test(target) ? target : null;
  } catch {
    return null;
  }
}
