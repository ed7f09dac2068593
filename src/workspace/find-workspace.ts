import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { compareBytewise } from "./compare-bytewise.ts";
import type { FunctionFolder, Workspace } from "./function-folder.ts";

/**
 * The workspace around `context.cwd`: the nearest folder upwards that holds `functions/`, `apis/` or a brig.yaml of its
 * own, and that is no function or API of a folder above. The search ends at the toplevel of the git repository.
 *
 * A folder elsewhere with `src/` or a brig.yaml is a lone function: it joins the functions of the workspace around it,
 * or, where there is none, makes one of the git repository that it stands in, or of itself.
 *
 * `context.cwd` should be free of symbolic links (as `process.cwd()` is): it is walked up by its text.
 *
 * @throws BrigError `workspace-not-found`
 */
export async function findWorkspace(context: Context): Promise<Workspace> {
  const cwd = resolve(context.cwd);
  const folders = foldersUpwards(cwd);
  const toplevel = folders.find(isRepository);
  const searched = toplevel === undefined ? folders : folders.slice(0, folders.indexOf(toplevel) + 1);
  const marked = searched.find((folder) => isMarked(folder) && !isInsideMember(folder, searched));
  const lone = searched.find((folder) => isNear(folder, cwd, toplevel) && isLoneFunction(folder, marked));
  const root = marked ?? (lone === undefined ? undefined : (toplevel ?? lone));
  if (root === undefined) {
    throw new BrigError(
      "workspace-not-found",
      `no workspace in ${cwd} or any folder above it: that is a folder with functions/, apis/ or brig.yaml in it, ` +
        "or a function by itself, with src/",
      "brig init",
    );
  }
  const functions = listFunctions(root);
  const loneIsListed = functions.some(({ folder }) => lone !== undefined && contains(folder, lone));
  if (lone !== undefined && !loneIsListed) functions.push(describeFolder(root, lone, null));
  return { root, functions: functions.toSorted((a, b) => compareBytewise(a.name, b.name)) };
}

/** Whether a function stands in `functions/` or `apis/<api>/functions/`, and not alone somewhere else. */
export function isInPlace(folder: FunctionFolder): boolean {
  const place = folder.api === null ? "functions" : `apis/${folder.api}/functions`;
  return folder.path === `${place}/${basename(folder.folder)}`;
}

/** `path` is `folder` or lies in it; both absolute. */
export function contains(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function foldersUpwards(folder: string): string[] {
  const folders = [folder];
  for (let next = dirname(folder); next !== folders.at(-1); next = dirname(next)) folders.push(next);
  return folders;
}

/** A submodule is a part of the repository around it, so the search goes on above it; a worktree is a toplevel. */
function isRepository(folder: string): boolean {
  const entry = statSync(join(folder, ".git"), { throwIfNoEntry: false });
  if (!entry?.isFile()) return entry !== undefined;
  return !/[\\/]modules[\\/]/.test(readFileSync(join(folder, ".git"), "utf8"));
}

function isMarked(folder: string): boolean {
  return holdsFunctions(folder) || existsSync(join(folder, "brig.yaml"));
}

function holdsFunctions(folder: string): boolean {
  return isFolder(join(folder, "functions")) || isFolder(join(folder, "apis"));
}

/** `folder` is, or is inside, an API or a function of one of the folders above it: not a root. */
function isInsideMember(folder: string, searched: readonly string[]): boolean {
  return searched.some((above) => {
    if (above === folder || !contains(above, folder)) return false;
    const [group, name] = relative(above, folder).split(sep);
    if (name === undefined) return false;
    return group === "apis" || (group === "functions" && isFunction(join(above, group, name)));
  });
}

/**
 * A folder `src` alone says little: people keep one in their home. So it makes a lone function only of the folder
 * that one stands in, or, inside a git repository, whose usual folders one stands in.
 */
function isNear(folder: string, cwd: string, toplevel: string | undefined): boolean {
  if (folder === cwd || existsSync(join(folder, "brig.yaml"))) return true;
  const [first] = relative(folder, cwd).split(sep);
  return toplevel !== undefined && ["src", "tests", "scripts", "events"].includes(first ?? "");
}

/** Inside a function of the workspace nothing is a lone function: a package may well have a folder `src/`. */
function isLoneFunction(folder: string, root: string | undefined): boolean {
  if (holdsFunctions(folder) || isReserved(basename(folder))) return false;
  if (root !== undefined && (!contains(root, folder) || isInsideMember(folder, [root]))) return false;
  if (isFolder(join(folder, "src"))) return true;
  const settings = join(folder, "brig.yaml");
  if (!existsSync(settings)) return false;
  // A root brig.yaml without functions beside it is a workspace that is still empty, unless it says what to build.
  return folder !== root || /(^|[{,\s])(source|output)\s*:/m.test(readFileSync(settings, "utf8"));
}

function listFunctions(root: string): FunctionFolder[] {
  const functions = foldersIn(join(root, "functions")).filter(isFunction);
  const described = functions.map((folder) => describeFolder(root, folder, null));
  for (const api of foldersIn(join(root, "apis"))) {
    for (const folder of foldersIn(join(api, "functions")).filter(isFunction)) {
      described.push(describeFolder(root, folder, basename(api)));
    }
  }
  return described;
}

function describeFolder(root: string, folder: string, api: string | null): FunctionFolder {
  const name = api === null ? basename(folder) : `${api}/${basename(folder)}`;
  const path = relative(root, folder).split(sep).join("/");
  return { name, api, folder, path: path === "" ? "." : path };
}

function foldersIn(folder: string): string[] {
  if (!isFolder(folder)) return [];
  const names = readdirSync(folder).filter((name) => !isReserved(name));
  return names.map((name) => join(folder, name)).filter(isFolder);
}

function isReserved(name: string): boolean {
  return name.startsWith(".") || name === "node_modules" || name === "__pycache__";
}

function isFunction(folder: string): boolean {
  return isFolder(join(folder, "src")) || existsSync(join(folder, "brig.yaml"));
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
