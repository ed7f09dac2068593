import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { runProgram } from "../run-program.ts";
import type { IndexSettings } from "./index-settings.ts";
import { redact } from "./redact.ts";

export interface GitSource {
  /** Without credentials. */
  readonly url: string;
  readonly commit: string;
}

/**
 * Clones a repository at a commit, submodules too. Tags come along: backends read versions from them. Credentials of
 * the requirement's URL travel in the environment, where no list of processes shows them.
 *
 * @throws BrigError `download-failed` with git's own words, without credentials
 */
export async function cloneRepository(
  { url, commit }: GitSource,
  folder: string,
  settings: IndexSettings,
  context: Context,
): Promise<void> {
  const kept = Object.entries(context.env).filter(([name]) => !misleading.has(name));
  const env = {
    ...Object.fromEntries(kept),
    GIT_TERMINAL_PROMPT: "0",
    ...credentialSettings(url, settings, context.env),
  };
  const git = async (...args: string[]): Promise<void> => {
    const { status, stderr } = await runProgram("git", args, { cwd: "/", env, signal: context.signal });
    if (status === 0) return;
    const reason = redact(stderr.trim().split("\n").slice(-3).join(" "), settings);
    throw new BrigError(
      "download-failed",
      `${url} at ${commit.slice(0, 12)} cannot be cloned: ${reason}`,
      `git ls-remote '${url}'`,
    );
  };
  // What follows -- is never taken for an option.
  await git("clone", "--quiet", "--no-checkout", "--", url, folder);
  await git("-C", folder, "checkout", "--quiet", "--detach", commit, "--");
  await git("-C", folder, "submodule", "--quiet", "update", "--init", "--recursive");
}

/** What git sets for its hooks to point at the user's repository: a checkout here would then change that one. */
const misleading: ReadonlySet<string> = new Set([
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_IMPLICIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_COMMON_DIR",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_NAMESPACE",
  "GIT_PREFIX",
  "GIT_QUARANTINE_PATH",
  "GIT_SHALLOW_FILE",
  "GIT_GRAFT_FILE",
]);

/** git's way to take configuration from the environment (git-config(1), GIT_CONFIG_COUNT), behind the user's own. */
function credentialSettings(
  url: string,
  settings: IndexSettings,
  env: Context["env"],
): Record<string, string> {
  if (!/^https?:/i.test(url)) return {};
  const { origin } = new URL(url);
  const known = [...settings.credentials, ...settings.indexes].find(
    (each) => each.username !== undefined && URL.canParse(each.url) && new URL(each.url).origin === origin,
  );
  if (known === undefined) return {};
  const pair = Buffer.from(`${known.username}:${known.password ?? ""}`).toString("base64");
  const count = Number.parseInt(env["GIT_CONFIG_COUNT"] ?? "", 10) || 0;
  return {
    GIT_CONFIG_COUNT: String(count + 1),
    [`GIT_CONFIG_KEY_${count}`]: `http.${origin}/.extraHeader`,
    [`GIT_CONFIG_VALUE_${count}`]: `Authorization: Basic ${pair}`,
  };
}
