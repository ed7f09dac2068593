import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { runGit } from "./run-git.ts";

/**
 * The files below a folder that git ignores and does not track: relative to it, `/`-separated. None outside of git, and
 * where git is missing or refuses.
 */
export async function readIgnored(folder: string, context: Context): Promise<readonly string[]> {
  try {
    const args = ["ls-files", "-z", "--others", "--ignored", "--exclude-standard"];
    const { status, stdout } = await runGit(folder, args, context);
    return status === 0 ? stdout.split("\0").filter((name) => name !== "") : [];
  } catch (error) {
    if (error instanceof BrigError && error.code === "tool-missing") return [];
    throw error;
  }
}
