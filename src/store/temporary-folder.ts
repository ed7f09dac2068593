import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BrigError } from "../errors.ts";
import { isFull, systemCode } from "./write-fault.ts";

/**
 * Does `work` in a new folder for this user only, and removes it afterwards.
 *
 * @param title what the folder's name tells: `resolve`
 * @param work gets the folder's absolute path, free of links
 * @throws BrigError `disk-full` where the system's temporary folder has no room, `store-unwritable` where it cannot be used;
 *   what `work` throws
 */
export async function inTemporaryFolder<Result>(
  title: string,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const place = tmpdir();
  const folder = await mkdtemp(join(place, `brig-${title}-`)).catch((cause: unknown) => {
    throw temporaryFault(cause, place);
  });
  try {
    return await work(await realpath(folder));
  } catch (cause) {
    throw isFull(cause) || isFullAt(folder, cause) ? temporaryFull(place, cause) : cause;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Somebody has told already, of a file that nobody can look at any more. */
function isFullAt(folder: string, cause: unknown): boolean {
  return cause instanceof BrigError && cause.code === "disk-full" && cause.message.includes(folder);
}

function temporaryFault(cause: unknown, place: string): BrigError {
  return isFull(cause)
    ? temporaryFull(place, cause)
    : new BrigError(
        "store-unwritable",
        `no temporary folder can be made in ${place} (${systemCode(cause) ?? String(cause)})`,
        "export TMPDIR=/tmp   # or another folder that is there and yours",
        { cause },
      );
}

function temporaryFull(place: string, cause: unknown): BrigError {
  return new BrigError(
    "disk-full",
    `no space is left for temporary files in ${place}`,
    `df -h '${place}'   # or use another place: export TMPDIR=/var/tmp`,
    { cause },
  );
}
