import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const folderName = /^brig-lambda-(\d+)-/;

/**
 * A folder for the temporary files of one service, named by its process. Those whose process is gone, and which no
 * watchdog could remove (the machine went down), are removed.
 *
 * @param parent the system's folder for temporary files
 */
export async function makeWorkFolder(parent: string, processId: number): Promise<string> {
  await removeAbandoned(parent);
  return mkdtemp(join(parent, `brig-lambda-${processId}-`));
}

async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const owner = folderName.exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner)))
      await rm(join(parent, name), { recursive: true, force: true }).catch(() => {});
  }
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // Somebody else's process lives, too.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Writes a runtime's files, by name, into a folder; files that are there already are left as they are. */
export async function writeProgram(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files))
    await writeFile(join(folder, name), text, { flag: "wx" }).catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    });
}
