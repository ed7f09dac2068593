import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { readManifest } from "../build/manifest.ts";
import type { BuildRow } from "../build/report.ts";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { findWorkspace } from "../workspace/find-workspace.ts";
import type { FunctionFolder } from "../workspace/function-folder.ts";
import { readRepository } from "../workspace/git.ts";
import { inWorktree } from "../workspace/worktree.ts";
import { buildFunctions } from "./build.ts";

/** What a commit's function comes to. */
export interface RebuiltCommit {
  readonly codeSha256: string;
  readonly zip: Buffer;
  /** Exact version of the Python that made its bytecode; `null` without bytecode. */
  readonly interpreter: string | null;
}

/** Tests would not change the bytes; a lock that is not committed would, so nothing is resolved. */
const asCommitted = {
  all: false,
  testOnly: false,
  noTest: true,
  frozen: true,
  offline: false,
  force: false,
  jobs: undefined,
};

/**
 * Builds a function as a commit has it, in a worktree of its own.
 *
 * @param commit full hash
 * @throws BrigError `command-failed` when the commit is not here, `function-not-found` when it has no such function, whatever stops the
 * build
 */
export async function rebuildCommit(
  folder: FunctionFolder,
  commit: string,
  context: Context,
): Promise<RebuiltCommit> {
  const { root } = await findWorkspace(context);
  const { repository } = await readRepository(root, context);
  if (repository === null) {
    throw new BrigError(
      "command-failed",
      `${root} is in no git repository, so the commit ${commit} is not here`,
    );
  }
  context.report({ kind: "progress", subject: folder.name, activity: `rebuilding ${commit.slice(0, 7)}` });
  const inside = relative(repository.toplevel, root);
  return await inWorktree(
    repository,
    commit,
    async (toplevel) => {
      const then = join(toplevel, inside);
      const row = await buildThere(folder, then, commit, context);
      const zip = join(then, row.zip!);
      const manifest = readManifest(dirname(zip), basename(zip));
      return {
        codeSha256: row.codeSha256!,
        zip: await readFile(zip),
        interpreter: manifest?.inputs.interpreter ?? null,
      };
    },
    context,
  );
}

async function buildThere(
  folder: FunctionFolder,
  root: string,
  commit: string,
  context: Context,
): Promise<BuildRow> {
  // A function that was moved since then is looked for by its name.
  const isThere = existsSync(join(root, folder.path));
  const name = isThere ? folder.path : folder.name.slice(folder.name.lastIndexOf("/") + 1);
  const options = { ...asCommitted, names: [name] };
  const [outcome] = await buildFunctions(options, { ...context, cwd: root }).catch((fault: unknown) => {
    if (!(fault instanceof BrigError) || fault.code !== "function-not-found") throw fault;
    throw new BrigError(
      "function-not-found",
      `the commit ${commit} has no function ${name}: its folder had another name then`,
      `git show --stat ${commit}`,
      { cause: fault },
    );
  });
  const { row } = outcome!;
  if (row.error === null) return row;
  const { code, message, hint } = row.error;
  throw code === "internal" ? new Error(message) : new BrigError(code, message, hint);
}
