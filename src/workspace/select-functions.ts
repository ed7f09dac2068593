import { relative, resolve, sep } from "node:path";
import { BrigError } from "../errors.ts";
import { contains, isInPlace } from "./find-workspace.ts";
import type { FunctionFolder, Workspace } from "./function-folder.ts";
import { nearest } from "./nearest.ts";

export interface Selection {
  /** As typed: `hello`, `orders/ingest`, `functions/hello`, `.`, `orders/`. */
  readonly names: readonly string[];
  readonly all: boolean;
}

/**
 * The functions that a command line means, each once, in the order they were named; `all` gives those in their places
 * under functions/ and apis/ in the workspace's order. Without names and `all`: the function around `cwd`.
 *
 * @throws BrigError `function-not-found`, `function-ambiguous`
 */
export function selectFunctions(
  workspace: Workspace,
  cwd: string,
  selection: Selection,
): readonly FunctionFolder[] {
  if (selection.all) {
    const inPlace = workspace.functions.filter(isInPlace);
    return inPlace.length > 0 ? inPlace : workspace.functions;
  }
  if (selection.names.length === 0) return [functionAround(workspace, resolve(cwd))];
  return [...new Set(selection.names.flatMap((name) => functionsNamed(workspace, resolve(cwd), name)))];
}

function functionsNamed(workspace: Workspace, cwd: string, name: string): readonly FunctionFolder[] {
  const { functions } = workspace;
  const bare = name.replace(/\/+$/, "");
  if (bare !== name && bare !== "") {
    const ofApi = functions.filter(({ api }) => api === bare);
    if (ofApi.length > 0) return ofApi;
  }
  const matches = functions.filter(
    (each) => each.name === bare || each.path === bare || lastPart(each) === bare,
  );
  if (matches.length > 1) throw functionAmbiguous(name, matches);
  if (matches.length === 1) return matches;
  if (bare.includes("/") || bare.startsWith(".") || name.startsWith("/")) {
    const path = resolve(cwd, name);
    const around = innermostAround(functions, path);
    if (around !== undefined) return [around];
    const ofApi = functions.filter(
      ({ api }) => api !== null && path === resolve(workspace.root, "apis", api),
    );
    if (ofApi.length > 0) return ofApi;
    const isPath = /^\.{0,2}\//.test(name) || /^\.{1,2}$/.test(bare);
    if (isPath && !contains(workspace.root, path)) throw outsideWorkspace(workspace, name, path);
    // Nobody mistypes a dot: what it stands for is no function.
    if (/^[./]+$/.test(bare)) throw noFunctionAround(workspace, path, `"${name}" is in no function's folder`);
  }
  throw functionNotFound(functions, name);
}

function lastPart(each: FunctionFolder): string {
  return each.name.slice(each.name.lastIndexOf("/") + 1);
}

function innermostAround(functions: readonly FunctionFolder[], path: string): FunctionFolder | undefined {
  const around = functions.filter(({ folder }) => contains(folder, path));
  return around.toSorted((a, b) => b.folder.length - a.folder.length)[0];
}

function functionAround(workspace: Workspace, cwd: string): FunctionFolder {
  const around = innermostAround(workspace.functions, cwd);
  if (around !== undefined) return around;
  throw noFunctionAround(workspace, cwd, "you are in no function's folder");
}

function noFunctionAround(workspace: Workspace, path: string, what: string): BrigError {
  const here = relative(workspace.root, path).split(sep).join("/") || ".";
  const first = workspace.functions[0];
  return new BrigError(
    "function-not-found",
    `${what} ("${here}" of the workspace): ` +
      "a function is a folder functions/<name>/ or apis/<api>/functions/<name>/ with src/ in it",
    first === undefined
      ? "brig new hello"
      : `brig list   # then name one, such as ${first.name}, or give --all`,
  );
}

function functionNotFound(functions: readonly FunctionFolder[], name: string): BrigError {
  const meant = nearest(
    name.replace(/\/$/, ""),
    functions.flatMap((each) => [each.name, lastPart(each), each.path]),
  );
  const found = functions.filter((each) => [each.name, lastPart(each), each.path].includes(meant ?? ""));
  const question = found.length === 0 ? "" : `did you mean ${found.map((each) => each.name).join(" or ")}? `;
  const hint =
    functions.length === 0
      ? `there are none yet: brig new hello`
      : `${question}\`brig list\` shows ${functions.length === 1 ? "the only one" : `all ${functions.length}`}${question === "" ? "; a folder is a function when it has src/ in it" : ""}`;
  return new BrigError("function-not-found", `no function named "${name}" in this workspace`, hint);
}

function functionAmbiguous(name: string, matches: readonly FunctionFolder[]): BrigError {
  const paths = matches.map(({ path }) => path);
  return new BrigError(
    "function-ambiguous",
    `"${name}" is the name of ${matches.length} functions: ${paths.join(", ")}`,
    `name it by its path: ${paths[0]}`,
  );
}

function outsideWorkspace(workspace: Workspace, name: string, path: string): BrigError {
  return new BrigError(
    "function-not-found",
    `"${name}" is outside of the workspace ${workspace.root}`,
    `work there: brig -C '${path}' build`,
  );
}
