import { copyFile, constants, rm } from "node:fs";
import { join } from "node:path";
import { temporaryPrefix } from "../store/temporary-name.ts";
import type { BuildState } from "./state.ts";
import { sameStamp, targetStamp } from "./stamps.ts";
import { bootName } from "../store/boot-name.ts";

/** A copy of the last zip, under a temporary name in `builds/`. */
export interface FrontCopy {
  readonly zipName: string;
  readonly file: string;
  /** Whether it came to an end. */
  readonly copied: Promise<boolean>;
}

/**
 * Begins to copy the last zip when a source file was edited: all of it but the tail is what the next zip begins with,
 * and the kernel can copy while brig's own code is still being loaded. Whoever builds uses the copy or removes it.
 *
 * @returns `undefined` where nothing says that it would be of use
 */
export function beginFrontCopy(builds: string, state: BuildState): FrontCopy | undefined {
  const zipName = state.links.staged;
  if (zipName === null || state.surroundings.boot !== bootName() || !isSourceEdited(state)) return undefined;
  const zip = join(builds, zipName);
  if (!isAsBefore(state, zip)) return undefined;
  // No lock is held yet, and a brig in another container may have the same process id: the name is this one's alone.
  const file = join(builds, `${temporaryPrefix()}front-${Math.random().toString(36).slice(2)}`);
  const copied = new Promise<boolean>((resolve) => {
    copyFile(zip, file, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL, (error) =>
      resolve(error === null),
    );
  });
  return { zipName, file, copied };
}

/** Removes a copy that nobody used. */
export async function discardFrontCopy({ file, copied }: FrontCopy): Promise<void> {
  await copied;
  await new Promise((resolve) => rm(file, { force: true }, resolve));
}

function isSourceEdited(state: BuildState): boolean {
  return Object.keys(state.hashes).some((file) => !isAsBefore(state, file));
}

function isAsBefore({ files }: BuildState, file: string): boolean {
  return sameStamp(targetStamp(file), files[file] ?? undefined);
}
