import type { Context } from "../context.ts";
import { type ProgramResult, runProgram } from "../run-program.ts";

/** What a hook, or git's own `-C`, sets to point git at one repository: it would mislead in another. */
const misleading =
  /^GIT_(DIR|WORK_TREE|IMPLICIT_WORK_TREE|INDEX_FILE|COMMON_DIR|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|NAMESPACE|PREFIX|QUARANTINE_PATH|SHALLOW_FILE|GRAFT_FILE|INTERNAL_SUPER_PREFIX|(LITERAL|GLOB|NOGLOB|ICASE)_PATHSPECS)$/;

/**
 * Runs git in a folder, which alone decides what repository it works in.
 *
 * @throws BrigError `tool-missing` without git, `interrupted`
 */
export function runGit(folder: string, args: readonly string[], context: Context): Promise<ProgramResult> {
  const kept = Object.entries(context.env).filter(([name]) => !misleading.test(name));
  // Without optional locks `git status` leaves the index alone, so that a git command of the user's never meets a lock.
  const env = { ...Object.fromEntries(kept), LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0" };
  return runProgram("git", args, { cwd: folder, env, signal: context.signal });
}
