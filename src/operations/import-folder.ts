import { mkdir, readdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Context } from "../context.ts";
import { temporaryBeside } from "../store/atomic-file.ts";
import { writeFault } from "../store/write-fault.ts";
import type { FunctionFolder, Workspace } from "../workspace/function-folder.ts";
import { readIgnored } from "../workspace/git-ignored.ts";
import { renderReadme } from "../workspace/new-files.ts";
import { importCode, type ImportedCode } from "./import-code.ts";
import { listSome } from "./import-source.ts";
import { ignoreMade } from "./new.ts";
import { openWorkshop } from "./workshop.ts";

interface MadeFolder extends ImportedCode {
  /** Relative to the function's folder: those at its top. */
  readonly files: readonly string[];
}

/** Everything is made beside its place, under a name that is no function's, and takes it at the end. */
export async function makeFolder(
  workspace: Workspace,
  folder: FunctionFolder,
  settings: string,
  zip: { readonly archive: string; readonly bytes: Buffer },
  context: Context,
): Promise<MadeFolder> {
  const parent = dirname(folder.folder);
  const outermost = await mkdir(parent, { recursive: true }).catch((cause: unknown) => {
    throw writeFault(cause, folder.folder);
  });
  const temporary = temporaryBeside(folder.folder);
  try {
    await mkdir(temporary).catch((cause: unknown) => {
      throw writeFault(cause, folder.folder);
    });
    await writeFile(join(temporary, "brig.yaml"), settings);
    await writeFile(join(temporary, "README.md"), renderReadme(folder.name));
    const workshop = await openWorkshop(workspace, { offline: false, jobs: 2 }, context);
    const code = await importCode(zip, { ...folder, folder: temporary }, workshop, context);
    context.signal.throwIfAborted();
    await rename(temporary, folder.folder);
    await ignoreMade(workspace.root);
    const notes = [...code.notes, ...(await noteIgnored(folder, context))];
    return { ...code, notes, files: (await readdir(folder.folder)).toSorted() };
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    await removeMade(parent, outermost);
    throw error;
  }
}

/** The inner ones first, as far as nobody put anything into them. */
async function removeMade(innermost: string, outermost: string | undefined): Promise<void> {
  if (outermost === undefined) return;
  for (let folder = innermost; folder.length >= outermost.length; folder = dirname(folder)) {
    await rmdir(folder).catch(() => {});
  }
}

/** What git ignores goes into no commit, so no build of the function would ever be a committed one. */
async function noteIgnored({ folder, path }: FunctionFolder, context: Context): Promise<readonly string[]> {
  const ignored = await readIgnored(join(folder, "src"), context);
  if (ignored.length === 0) return [];
  return [`git ignores ${listSome(ignored)}: git add --force '${path}/src'`];
}
