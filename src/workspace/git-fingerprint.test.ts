import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { gitFingerprint } from "./git-fingerprint.ts";
import { makeTree, writeTree } from "./testing.ts";

const identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
const git = (cwd: string, ...args: string[]): void => {
  execFileSync("git", [...identity, ...args], { cwd, stdio: "ignore", env: { PATH: process.env["PATH"] } });
};

/** Runs each change and expects another fingerprint after it. */
const changesAtEach = (folder: string, changes: readonly (() => void)[]): void => {
  let last = gitFingerprint(folder);
  for (const [index, change] of changes.entries()) {
    change();
    const next = gitFingerprint(folder);
    expect(next, `after change ${index}`).not.toBe(last);
    expect(gitFingerprint(folder)).toBe(next);
    last = next;
  }
};

test("is empty outside of git", () => {
  expect(gitFingerprint(makeTree({ x: "" }))).toBe("");
});

test("changes with HEAD, the index and tags, loose or packed, seen from any folder", () => {
  const root = makeTree({ "functions/hello/x": "1" });
  git(root, "init", "-q", "-b", "main");
  changesAtEach(join(root, "functions/hello"), [
    () => git(root, "add", "-A"),
    () => git(root, "commit", "-qm", "x"),
    () => git(root, "commit", "-qm", "y", "--allow-empty"),
    () => git(root, "tag", "v1"),
    () => git(root, "tag", "hello/v1"),
    () => git(root, "tag", "hello/v2"),
    () => git(root, "tag", "-f", "hello/v1", "HEAD~1"),
    () => git(root, "tag", "-d", "hello/v2"),
    () => git(root, "pack-refs", "--all"),
    () => git(root, "tag", "-d", "hello/v1"),
    () => git(root, "checkout", "-q", "-b", "other"),
    () => git(root, "checkout", "-q", "--detach"),
    () => git(root, "commit", "-qm", "z", "--allow-empty"),
    () => git(root, "pack-refs", "--all"),
  ]);
});

test("a worktree has its own HEAD and index and shares the tags", () => {
  const root = makeTree({ x: "1" });
  git(root, "init", "-q", "-b", "main");
  git(root, "add", "-A");
  git(root, "commit", "-qm", "x");
  const tree = join(makeTree(), "tree");
  git(root, "worktree", "add", "-q", "-b", "side", tree);
  changesAtEach(tree, [
    () => git(tree, "commit", "-qm", "y", "--allow-empty"),
    () => git(root, "tag", "hello/v1"),
    () => {
      writeTree(tree, { x: "2" });
      git(tree, "add", "-A");
    },
    () => git(root, "pack-refs", "--all"),
    () => git(tree, "commit", "-qm", "z"),
  ]);
  const before = gitFingerprint(tree);
  git(root, "commit", "-qm", "main only", "--allow-empty");
  expect(gitFingerprint(tree)).toBe(before);
});
