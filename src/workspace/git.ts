import { existsSync } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import type { Context } from "../context.ts";
import { BrigError, type Warning } from "../errors.ts";
import type { ProgramResult } from "../run-program.ts";
import { contains } from "./find-workspace.ts";
import type { FunctionFolder } from "./function-folder.ts";
import { runGit } from "./run-git.ts";

/** A working tree of git. */
export interface Repository {
  /** Absolute path of its toplevel, spelt as the folder was that it was read from (symbolic links stay). */
  readonly toplevel: string;
}

/**
 * The repositories that a function's folder lies in, its own first, `outer` (the workspace's) last: one that is a
 * submodule has HEAD, tags and changes of its own. git is asked only where there is something to ask about.
 *
 * @param toplevels those below the outer one, as `innerToplevels` lists them
 */
export async function readRepositories(
  toplevels: readonly string[],
  outer: Repository | null,
  context: Context,
): Promise<readonly Repository[]> {
  const read = await Promise.all(toplevels.map((toplevel) => readRepository(toplevel, context)));
  return [...read.flatMap(({ repository }) => repository ?? []), ...(outer ? [outer] : [])];
}

/** HEAD, as a build records it. */
export interface Commit {
  /** Full hash; `null` before the first commit. */
  readonly hash: string | null;
  /** For a file's name: `v1.2.0`, `v1.2.0-3-gabc1234`, or the abbreviated hash; `null` before the first commit. */
  readonly name: string | null;
}

/**
 * The repository around a folder. Where git is missing, or refuses to work (a repository of somebody else's, "dubious
 * ownership"), there is none and a warning says why.
 */
export async function readRepository(
  folder: string,
  context: Context,
): Promise<{ readonly repository: Repository | null; readonly warnings: readonly Warning[] }> {
  let result: ProgramResult;
  try {
    result = await runGit(folder, ["rev-parse", "--show-toplevel", "--show-prefix"], context);
  } catch (error) {
    if (!(error instanceof BrigError) || error.code !== "tool-missing") throw error;
    return { repository: null, warnings: [unusable("git is not on PATH", "install git and put it on PATH")] };
  }
  const refused = /detected dubious ownership/.test(result.stderr);
  if (refused) {
    const hint = `git config --global --add safe.directory '${folder}'`;
    return {
      repository: null,
      warnings: [unusable(`git refuses ${folder}: it belongs to another user`, hint)],
    };
  }
  if (result.status !== 0) return { repository: null, warnings: [] };
  const [real = "", prefix = ""] = result.stdout.split("\n");
  return { repository: { toplevel: spellAs(resolve(folder), prefix) ?? resolve(real) }, warnings: [] };
}

/**
 * HEAD and what git describes it as, seen from one function: a tag `hello/v1.2.0` (or `orders/ingest/v1.2.0`) versions
 * that folder alone. The folder's name without its API counts as well, so that a function moved into an API keeps its tags.
 * Where the folder is the whole repository (a submodule), `v1.2.0` says as much.
 */
export async function readCommit(
  repository: Repository,
  folder: FunctionFolder,
  context: Context,
): Promise<Commit> {
  const lastPart = folder.name.slice(folder.name.lastIndexOf("/") + 1);
  const names = [...new Set([folder.name, lastPart])];
  const globs = names.map((name) => `${name.replace(/[*?[\]\\]/g, "\\$&")}/v*`);
  if (folder.folder === repository.toplevel) globs.push("v[0-9]*");
  const patterns = globs.flatMap((glob) => ["--match", glob]);
  const [head, described] = await Promise.all([
    runGit(repository.toplevel, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], context),
    runGit(repository.toplevel, ["describe", "--always", "--tags", ...patterns], context),
  ]);
  if (head.status !== 0 || described.status !== 0) return { hash: null, name: null };
  const text = described.stdout.trim();
  const tagOf = names.find((name) => text.startsWith(`${name}/v`));
  const version = tagOf === undefined ? text : text.slice(tagOf.length + 1);
  // A tag may hold what a file's name had better not: `hello/v1/rc`.
  return { hash: head.stdout.trim(), name: version.replace(/[^A-Za-z0-9._+-]/g, "-") };
}

/** What a build depends on, as absolute paths. */
export interface CommittedInputs {
  /** Each must be committed as it is: changed, staged, untracked and ignored ones are dirty. */
  readonly files: readonly string[];
  /** From these no committed file may be missing. */
  readonly folders: readonly string[];
}

/** Longest list of paths that is handed to git as arguments, in characters; Linux allows 128 KiB in one argument, 2 MiB in all. */
const longestPaths = 100_000;

/**
 * Which inputs are not committed as they are, each in the innermost of the repositories that it lies in: absolute
 * paths, in the order given, then those that are gone. Neither reads what is not tracked nor writes git's index.
 */
export async function readDirty(
  repositories: readonly Repository[],
  inputs: CommittedInputs,
  context: Context,
): Promise<readonly string[]> {
  const homeOf = (path: string): Repository | undefined =>
    repositories.find(({ toplevel }) => contains(toplevel, path)) ?? repositories.at(-1);
  const parts = await Promise.all(
    repositories.map(async (repository) => {
      const isIn = (path: string): boolean => homeOf(path) === repository;
      const part = { files: inputs.files.filter(isIn), folders: inputs.folders.filter(isIn) };
      return part.files.length + part.folders.length === 0
        ? []
        : await readDirtyIn(repository, part, context);
    }),
  );
  const dirty = new Set(parts.flat());
  const ordered = inputs.files.filter((file) => dirty.delete(file));
  return [...ordered, ...dirty];
}

async function readDirtyIn(
  repository: Repository,
  inputs: CommittedInputs,
  context: Context,
): Promise<readonly string[]> {
  const { toplevel } = repository;
  const inside = [...inputs.files, ...inputs.folders].filter((path) => contains(toplevel, path));
  const paths = [...namesToAsk(toplevel, inside)];
  // git answers for the whole repository when there are too many paths.
  const whole = paths.join(" ").length > longestPaths || paths.length === 0;
  const [listed, changed] = await readTracked(toplevel, whole ? [] : paths, context);
  const tracked = new Set<string>();
  for (const line of listed) {
    // `S` (skip-worktree) and lower case (assume-unchanged) mean that git looks away: then nothing is proven.
    if (/^[A-RT-Z] /.test(line)) tracked.add(line.slice(2));
  }
  const isDirty = (path: string): boolean => {
    const name = nameIn(toplevel, path);
    const own = [name, ...parentsOf(name)].find((each) => tracked.has(each));
    return own === undefined || changed.has(name) || changed.has(own);
  };
  const gone = [...changed]
    .filter(([, state]) => state.includes("D"))
    .map(([name]) => join(toplevel, name))
    .filter((path) => inputs.folders.some((folder) => contains(folder, path)));
  return [...new Set([...inputs.files.filter(isDirty), ...gone])];
}

async function readTracked(
  toplevel: string,
  paths: readonly string[],
  context: Context,
): Promise<readonly [listed: readonly string[], changed: ReadonlyMap<string, string>]> {
  const options = ["--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", "status.renames=false"];
  const status = ["status", "--porcelain=v1", "-z", "--untracked-files=no", "--ignore-submodules=none"];
  const [files, changes] = await Promise.all([
    runGit(toplevel, [...options, "ls-files", "-z", "-v", "--", ...paths], context),
    runGit(toplevel, [...options, ...status, "--no-renames", "--", ...paths], context),
  ]);
  if (files.status !== 0 || changes.status !== 0) {
    if (paths.length > 0) return readTracked(toplevel, [], context);
    const reason = (files.stderr || changes.stderr).trim().split("\n")[0];
    throw new BrigError(
      "command-failed",
      `git cannot tell what is committed in ${toplevel}: ${reason}`,
      "git status",
    );
  }
  const lines = changes.stdout.split("\0").filter((line) => line !== "");
  return [files.stdout.split("\0"), new Map(lines.map((line) => [line.slice(3), line.slice(0, 2)]))];
}

/** Of what lies in a submodule git knows nothing; it is asked about the submodule itself. */
function namesToAsk(toplevel: string, paths: readonly string[]): ReadonlySet<string> {
  const submodules = new Map<string, boolean>();
  const isSubmodule = (name: string): boolean => {
    const known = submodules.get(name) ?? existsSync(join(toplevel, name, ".git"));
    submodules.set(name, known);
    return known;
  };
  const names = paths.map((path) => nameIn(toplevel, path));
  return new Set(names.map((name) => [name, ...parentsOf(name)].findLast(isSubmodule) ?? (name || ".")));
}

/** The folders above a name, innermost first. */
function parentsOf(name: string): string[] {
  const parents: string[] = [];
  for (let end = name.lastIndexOf("/"); end > 0; end = name.lastIndexOf("/", end - 1)) {
    parents.push(name.slice(0, end));
  }
  return parents;
}

function nameIn(toplevel: string, path: string): string {
  const name = relative(toplevel, path).split(sep).join("/");
  return isAbsolute(name) ? path : name;
}

/** The part of `folder` above `prefix` (`functions/hello/`), or `undefined` where links make them differ. */
function spellAs(folder: string, prefix: string): string | undefined {
  const inner = prefix.replace(/\/$/, "");
  if (inner === "") return folder;
  return folder.endsWith(`/${inner}`) ? folder.slice(0, -inner.length - 1) || "/" : undefined;
}

function unusable(message: string, hint: string): Warning {
  return { code: "tool-missing", message: `${message}, so the build does not record a commit`, hint };
}
