import { relative, sep } from "node:path";
import { contentOf } from "../build/stage-record.ts";
import { targetStamp, sameStamp } from "../build/stamps.ts";
import type { Context } from "../context.ts";
import type { Prepared } from "./prepare-build.ts";
import type { Workshop } from "./workshop.ts";

/** The commit that a build is made from. */
export interface BuildCommit {
  readonly hash: string | null;
  /** `v1.2.0`, `ecb6a2f`; `null` outside of git or before the first commit. */
  readonly name: string | null;
  /** Files that go into the build and are not committed as they are, relative to the workspace's root, sorted. */
  readonly uncommitted: readonly string[];
  /** What first-party files hold as they are committed, where that is known; by absolute path. */
  readonly committed: Readonly<Record<string, string>>;
}

/**
 * Asks git for HEAD and for which inputs of the build are not committed as they are. While git's own files are as the
 * last build saw them, it is only asked about changed inputs whose committed content is not known.
 */
export async function readBuildCommit(
  prepared: Prepared,
  workshop: Workshop,
  context: Context,
): Promise<BuildCommit> {
  const { repositories } = prepared;
  const [repository] = repositories;
  if (repository === undefined) return noCommit;
  const inputs = listInputs(prepared);
  const known = keptCommit(prepared, inputs.files);
  if (known?.hash === null) return known;
  const shown = (path: string): string => relative(workshop.workspace.root, path).split(sep).join("/");
  const contents = contentsByFile(prepared);
  const changed = known && inputs.files.filter((file) => !isAsItWas(prepared, file));
  const unknown = changed?.filter((file) => !(file in known!.committed && contents.has(file)));
  const asked = unknown === undefined ? inputs : { files: unknown, folders: [] };
  const isAsked = asked.files.length > 0 || asked.folders.length > 0;
  const askGit = async (): Promise<[Pick<BuildCommit, "hash" | "name">, readonly string[]]> => {
    const { readCommit, readDirty } = await import("../workspace/git.ts");
    return await Promise.all([
      known ?? readCommit(repository, prepared.folder, context),
      isAsked ? readDirty(repositories, asked, context) : [],
    ]);
  };
  const [head, dirty] = known && !isAsked ? [known, []] : await askGit();
  if (head.hash === null) return noCommit;
  const uncommitted = new Set([...(known?.uncommitted ?? []), ...dirty.map(shown)]);
  const found = new Set(dirty);
  for (const file of changed ?? []) {
    const isCommitted = unknown!.includes(file)
      ? !found.has(file)
      : contents.get(file) === known!.committed[file];
    if (isCommitted) uncommitted.delete(shown(file));
    else uncommitted.add(shown(file));
  }
  const committed = [...contents].filter(([file]) => !uncommitted.has(shown(file)));
  return {
    hash: head.hash,
    name: head.name,
    uncommitted: [...uncommitted].toSorted(),
    committed: { ...known?.committed, ...Object.fromEntries(committed) },
  };
}

const noCommit: BuildCommit = { hash: null, name: null, uncommitted: [], committed: {} };

/** What the last build found, if git is where it was and no input is gone since. */
function keptCommit({ state, surroundings }: Prepared, files: readonly string[]): BuildCommit | undefined {
  if (state === undefined || surroundings.git === "" || state.surroundings.git !== surroundings.git)
    return undefined;
  const now = new Set(files);
  return state.commit.inputs.every((file) => now.has(file)) ? (state.commit.found as BuildCommit) : undefined;
}

/** First-party files whose content was hashed, by absolute path. */
function contentsByFile({ firstParty }: Prepared): ReadonlyMap<string, string> {
  return new Map(
    firstParty.flatMap((entry) =>
      entry.origin.kind === "source" ? [[entry.origin.file, contentOf(entry)] as const] : [],
    ),
  );
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
