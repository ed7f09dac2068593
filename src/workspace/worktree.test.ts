import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Repository } from "./git.ts";
import { contextIn, makeTree } from "./testing.ts";
import { inWorktree } from "./worktree.ts";

const env = {
  PATH: process.env["PATH"],
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@example.org",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@example.org",
};
const git = (cwd: string, ...args: string[]): string =>
  execFileSync("git", ["-c", "protocol.file.allow=always", ...args], { cwd, env, encoding: "utf8" }).trim();

function makeRepository(files: Readonly<Record<string, string>>): Repository & { readonly head: string } {
  const toplevel = makeTree(files);
  git(toplevel, "init", "-q", "-b", "main");
  git(toplevel, "add", "-A");
  git(toplevel, "commit", "-qm", "x");
  return { toplevel, head: git(toplevel, "rev-parse", "HEAD") };
}

test("holds what was committed, and nothing of it stays", async () => {
  const repository = makeRepository({ "a/x": "committed" });
  const { toplevel, head } = repository;
  writeFileSync(join(toplevel, "a/x"), "edited");
  writeFileSync(join(toplevel, "a/y"), "new");
  git(toplevel, "commit", "-qam", "later");
  const hook = join(toplevel, ".git/hooks/post-checkout");
  writeFileSync(hook, "#!/bin/sh\ntouch ran\n", { mode: 0o755 });
  let seen = "";
  const text = await inWorktree(
    repository,
    head,
    async (folder) => {
      seen = folder;
      expect(existsSync(join(folder, "a/y"))).toBe(false);
      expect(existsSync(join(folder, "ran"))).toBe(false);
      return readFileSync(join(folder, "a/x"), "utf8");
    },
    contextIn(toplevel, env),
  );
  expect(text).toBe("committed");
  expect(existsSync(seen)).toBe(false);
  expect(git(toplevel, "worktree", "list").split("\n").length).toBe(1);
});

test("goes after a fault and an interruption, too", async () => {
  const { head, ...repository } = makeRepository({ x: "" });
  const controller = new AbortController();
  const work = async (): Promise<never> => {
    controller.abort();
    throw new Error("stopped");
  };
  const context = { ...contextIn(repository.toplevel, env), signal: controller.signal };
  await expect(inWorktree(repository, head, work, context)).rejects.toThrow("stopped");
  expect(git(repository.toplevel, "worktree", "list").split("\n").length).toBe(1);
});

test("another worktree that is not there just now is not forgotten", async () => {
  const { head, ...repository } = makeRepository({ x: "" });
  const away = join(makeTree(), "away");
  git(repository.toplevel, "worktree", "add", "-q", "--detach", away);
  renameSync(away, `${away}-for-now`);
  await inWorktree(repository, head, async () => 1, contextIn(repository.toplevel, env));
  expect(git(repository.toplevel, "worktree", "list")).toContain(away);
});

test("a commit that is not here is named", async () => {
  const repository = makeRepository({ x: "" });
  const commit = "1".repeat(40);
  await expect(
    inWorktree(repository, commit, async () => 1, contextIn(repository.toplevel, env)),
  ).rejects.toMatchObject({ code: "command-failed", hint: `git fetch origin ${commit}` });
});

test("submodules are there", async () => {
  const inner = makeRepository({ "lib.py": "x = 1" });
  const { toplevel } = makeRepository({ y: "" });
  git(toplevel, "submodule", "add", "-q", inner.toplevel, "inner");
  git(toplevel, "commit", "-qm", "with a submodule");
  const allowed = {
    ...env,
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "protocol.file.allow",
    GIT_CONFIG_VALUE_0: "always",
  };
  await inWorktree(
    { toplevel },
    git(toplevel, "rev-parse", "HEAD"),
    async (folder) => expect(readFileSync(join(folder, "inner/lib.py"), "utf8")).toBe("x = 1"),
    contextIn(toplevel, allowed),
  );
  expect(git(toplevel, "worktree", "list").split("\n").length).toBe(1);
});
