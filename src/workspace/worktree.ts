import { existsSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import type { Repository } from "./git.ts";
import { runGit } from "./run-git.ts";

/**
 * Does `work` in a clean copy of a commit: a temporary worktree with nothing in it but what was committed, submodules
 * too. It is gone afterwards.
 *
 * @param commit full hash
 * @param work is given the absolute path of the worktree's toplevel
 * @throws BrigError `command-failed` when the commit is not here, or git fails
 */
export async function inWorktree<Result>(
  repository: Repository,
  commit: string,
  work: (toplevel: string) => Promise<Result>,
  context: Context,
): Promise<Result> {
  const { toplevel } = repository;
  const known = await runGit(toplevel, ["cat-file", "-e", `${commit}^{commit}`], context);
  if (known.status !== 0) {
    throw new BrigError(
      "command-failed",
      `the commit ${commit} is not in ${toplevel}`,
      `git fetch origin ${commit}`,
    );
  }
  const parent = await realpath(await mkdtemp(join(tmpdir(), "brig-worktree-")));
  const folder = join(parent, "tree");
  // A hook of the user's has no business here.
  const quiet = ["-c", "core.hooksPath=/dev/null", "-c", "advice.detachedHead=false"];
  try {
    await requireGit(toplevel, [...quiet, "worktree", "add", "--quiet", "--detach", folder, commit], context);
    if (existsSync(join(folder, ".gitmodules"))) {
      await requireGit(
        folder,
        [...quiet, "submodule", "--quiet", "update", "--init", "--recursive"],
        context,
      );
    }
    return await work(folder);
  } finally {
    // Also after Ctrl-C, which has ended the context's own signal. Not by `prune`: that forgets others that are not there just now.
    const lasting = { ...context, signal: new AbortController().signal };
    await runGit(toplevel, ["worktree", "remove", "--force", folder], lasting).catch(() => {});
    await rm(parent, { recursive: true, force: true });
  }
}

async function requireGit(folder: string, args: readonly string[], context: Context): Promise<void> {
  const { status, stderr } = await runGit(folder, args, context);
  if (status === 0) return;
  const reason = stderr.trim().split("\n").at(-1);
  throw new BrigError("command-failed", `git cannot check the commit out: ${reason}`, "git worktree list");
}
