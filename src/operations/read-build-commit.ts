import { relative, sep } from "node:path";
import { targetStamp, sameStamp } from "../build/stamps.ts";
import type { Context } from "../context.ts";
import { readCommit, readDirty } from "../workspace/git.ts";
import type { Prepared } from "./prepare-build.ts";
import type { Workshop } from "./workshop.ts";

/** The commit that a build is made from. */
export interface BuildCommit {
  readonly hash: string | null;
  /** `v1.2.0`, `ecb6a2f`; `null` outside of git or before the first commit. */
  readonly name: string | null;
  /** Files that go into the build and are not committed as they are, relative to the workspace's root, sorted. */
  readonly uncommitted: readonly string[];
}

/**
 * Asks git for HEAD and for which inputs of the build are not committed as they are. While git's own files are as the
 * last build saw them, it is only asked about inputs that changed since.
 */
export async function readBuildCommit(
  prepared: Prepared,
  workshop: Workshop,
  context: Context,
): Promise<BuildCommit> {
  const { repositories } = prepared;
  const [repository] = repositories;
  if (repository === undefined) return { hash: null, name: null, uncommitted: [] };
  const inputs = listInputs(prepared);
  const shown = (path: string): string => relative(workshop.workspace.root, path).split(sep).join("/");
  const known = keptCommit(prepared, inputs.files);
  if (known) {
    const changed = new Set(inputs.files.filter((file) => !isAsItWas(prepared, file)));
    const names = new Set([...changed].map(shown));
    const dirty =
      changed.size > 0 ? await readDirty(repositories, { files: [...changed], folders: [] }, context) : [];
    const uncommitted = [...known.uncommitted.filter((name) => !names.has(name)), ...dirty.map(shown)];
    return { ...known, uncommitted: uncommitted.toSorted() };
  }
  const [commit, dirty] = await Promise.all([
    readCommit(repository, prepared.folder, context),
    readDirty(repositories, inputs, context),
  ]);
  const uncommitted = commit.hash === null ? [] : dirty.map(shown).toSorted();
  return { hash: commit.hash, name: commit.name, uncommitted };
}

/** What the last build found, if git is where it was and no input is gone since. */
function keptCommit({ state, surroundings }: Prepared, files: readonly string[]): BuildCommit | undefined {
  if (state === undefined || surroundings.git === "" || state.surroundings.git !== surroundings.git)
    return undefined;
  const found = state.commit.found as BuildCommit;
  const now = new Set(files);
  return found.hash !== null && state.commit.inputs.every((file) => now.has(file)) ? found : undefined;
}

function isAsItWas({ state }: Prepared, file: string): boolean {
  return (
    state !== undefined && file in state.files && sameStamp(targetStamp(file), state.files[file] ?? undefined)
  );
}

/** Every file that decides the zip's bytes, and the folders from which none may be missing; absolute paths. */
export function listInputs(prepared: Prepared): {
  readonly files: readonly string[];
  readonly folders: readonly string[];
} {
  const { sources, settings, locked, folders, command } = prepared;
  const shared = Object.values(folders);
  const own = command
    ? { files: command.files, folders: command.folders }
    : {
        files: [...sources.files.map(({ file }) => file), ...sources.links.map(({ link }) => link)],
        folders: sources.folders.map(({ folder }) => folder),
      };
  return {
    files: [
      ...own.files,
      ...settings.files.filter(({ exists }) => exists).map(({ file }) => file),
      ...(locked?.inputs ?? []),
      ...shared.flatMap(({ files }) => files),
    ],
    folders: [...own.folders, ...shared.flatMap((each) => each.folders)],
  };
}
