import { relative, sep } from "node:path";
import type { Context } from "../context.ts";
import { readCommit, readDirty } from "../workspace/git.ts";
import type { Prepared } from "./prepare-build.ts";
import type { Workshop } from "./workshop.ts";

/** The commit that a build is made from. */
export interface BuildCommit {
  readonly hash: string | null;
  /** `v1.2.0`, `ecb6a2f`; `null` outside of git or before the first commit. */
  readonly name: string | null;
  /** Files that go into the build and are not committed as they are, relative to the workspace's root. */
  readonly uncommitted: readonly string[];
}

/** Asks git for HEAD and for which inputs of the build are not committed as they are. */
export async function readBuildCommit(
  prepared: Prepared,
  workshop: Workshop,
  context: Context,
): Promise<BuildCommit> {
  const { repository } = await workshop.repository();
  if (repository === null) return { hash: null, name: null, uncommitted: [] };
  const inputs = listInputs(prepared);
  const [commit, dirty] = await Promise.all([
    readCommit(repository, prepared.folder, context),
    readDirty(repository, inputs, context),
  ]);
  const uncommitted = dirty.map((path) => relative(workshop.workspace.root, path).split(sep).join("/"));
  return {
    hash: commit.hash,
    name: commit.name,
    uncommitted: commit.hash === null ? [] : uncommitted.toSorted(),
  };
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
