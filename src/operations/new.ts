import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { findInterpreters } from "../python/interpreters.ts";
import { writeFileAtomic } from "../store/atomic-file.ts";
import { openStore } from "../store/store-directory.ts";
import { findWorkspace } from "../workspace/find-workspace.ts";
import { addIgnoredFolders, renderNewFunction } from "../workspace/new-files.ts";
import { refuseTaken } from "../workspace/refuse-taken.ts";
import { pythonMinors } from "../workspace/runtimes.ts";

export interface CreatedFunction {
  readonly name: string;
  /** Relative to the workspace's root. */
  readonly path: string;
  readonly runtime: string;
  /** Relative to the function's folder. */
  readonly files: readonly string[];
}

/**
 * Makes a new function's folder. An existing one is never touched.
 *
 * @param options.name the folder's name, or `api/name`
 * @throws BrigError `usage-invalid` for a name AWS would not take, `already-exists`
 */
export async function createFunction(
  options: { readonly name: string; readonly api: string | undefined; readonly runtime: string | undefined },
  context: Context,
): Promise<CreatedFunction> {
  const workspace = await findWorkspace(context);
  const [first = "", second, ...more] = options.name.split("/");
  const contradicts = second !== undefined && options.api !== undefined && options.api !== first;
  if (more.length > 0 || contradicts) {
    throw new BrigError(
      "usage-invalid",
      `"${options.name}" is no name of a function`,
      "brig new ingest --api orders",
    );
  }
  const api = options.api ?? (second === undefined ? null : first);
  const name = second ?? first;
  const runtime = options.runtime ?? (await newestPython(context));
  const files = renderNewFunction({ name, api, runtime });
  const path = api === null ? `functions/${name}` : `apis/${api}/functions/${name}`;
  refuseTaken(workspace.root, path, { takesEmpty: true, hint: `brig new ${options.name}-2` });
  for (const file of files) {
    const place = join(workspace.root, file.path);
    await writeFileAtomic(place, file.text);
    if (file.text.startsWith("#!")) chmodSync(place, 0o755);
  }
  await ignoreMade(workspace.root);
  return {
    name: api === null ? name : `${api}/${name}`,
    path,
    runtime,
    files: files.map((file) => file.path.slice(path.length + 1)),
  };
}

/** The newest Python that Lambda has and an interpreter is here for. */
async function newestPython(context: Context): Promise<string> {
  const found = await findInterpreters(context, await openStore(context));
  const here = new Set(found.map(({ minor }) => minor));
  return `python${pythonMinors.find((minor) => here.has(minor)) ?? pythonMinors[0]}`;
}

/** Makes git ignore what brig makes in functions' folders. */
export async function ignoreMade(root: string): Promise<void> {
  const ignore = join(root, ".gitignore");
  const text = existsSync(ignore) ? readFileSync(ignore, "utf8") : "";
  if (addIgnoredFolders(text) !== text) await writeFileAtomic(ignore, addIgnoredFolders(text));
}
