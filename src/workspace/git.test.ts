import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { FunctionFolder } from "./function-folder.ts";
import { readCommit, readDirty, readRepositories, readRepository, type Repository } from "./git.ts";
import { contextIn, makeTree, writeTree } from "./testing.ts";

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
const commitAll = (root: string): string => {
  git(root, "add", "-A");
  git(root, "commit", "-qm", "x");
  return git(root, "rev-parse", "HEAD");
};
const makeRepository = (files: Readonly<Record<string, string>>): string => {
  const root = makeTree(files);
  git(root, "init", "-q", "-b", "main");
  commitAll(root);
  return root;
};
const repositoryAt = async (folder: string): Promise<Repository> =>
  (await readRepository(folder, contextIn(folder, env))).repository!;
const place = (name: string): FunctionFolder => ({ name, api: null, folder: "/unused", path: name });
const dirtyIn = async (
  root: string,
  files: readonly string[],
  folders: readonly string[] = [],
): Promise<string[]> => {
  const absolute = (paths: readonly string[]): string[] => paths.map((path) => join(root, path));
  const inputs = { files: absolute(files), folders: absolute(folders) };
  const dirty = await readDirty([await repositoryAt(root)], inputs, contextIn(root, env));
  return dirty.map((path) => path.slice(root.length + 1));
};

describe("the repository around a folder", () => {
  test("is found from inside, and is none outside of git", async () => {
    const root = makeRepository({ "a b/ü/x": "" });
    expect(await repositoryAt(join(root, "a b/ü"))).toEqual({ toplevel: root });
    const outside = makeTree();
    expect(await readRepository(outside, contextIn(outside, env))).toEqual({
      repository: null,
      warnings: [],
    });
  });

  test("is spelt as it was reached, through a link", async () => {
    const root = makeRepository({ "functions/x": "" });
    const link = join(makeTree(), "link");
    symlinkSync(root, link);
    expect(await repositoryAt(join(link, "functions"))).toEqual({ toplevel: link });
  });

  test("is not the one that a hook's environment names", async () => {
    const root = makeRepository({ x: "" });
    const other = makeRepository({ y: "" });
    const misled = {
      ...env,
      GIT_DIR: join(other, ".git"),
      GIT_WORK_TREE: other,
      GIT_INDEX_FILE: join(other, ".git/index"),
    };
    const { repository } = await readRepository(root, contextIn(root, misled));
    expect(repository).toEqual({ toplevel: root });
    const commit = await readCommit(repository!, place("x"), contextIn(root, misled));
    expect(commit.hash).toBe(git(root, "rev-parse", "HEAD"));
  });

  test("is none, with a warning, where git is missing or another user owns it", async () => {
    const root = makeRepository({ x: "" });
    const missing = await readRepository(root, contextIn(root, { PATH: join(root, "nowhere") }));
    expect(missing).toMatchObject({
      repository: null,
      warnings: [{ code: "tool-missing", hint: /install git/ }],
    });
    const foreign = await readRepository(
      root,
      contextIn(root, { ...env, GIT_TEST_ASSUME_DIFFERENT_OWNER: "1" }),
    );
    expect(foreign).toMatchObject({ repository: null, warnings: [{ hint: /safe\.directory/ }] });
  });
});

describe("the commit of a function", () => {
  test("is HEAD, named by the function's own tags and no other's", async () => {
    const root = makeRepository({ x: "1" });
    const repository = await repositoryAt(root);
    const commitOf = (name: string): Promise<unknown> =>
      readCommit(repository, place(name), contextIn(root, env));
    const first = git(root, "rev-parse", "HEAD");
    const short = git(root, "rev-parse", "--short", "HEAD");
    git(root, "tag", "v9");
    git(root, "tag", "hello-world/v3");
    expect(await commitOf("hello")).toEqual({ hash: first, name: short });
    git(root, "tag", "hello/v1.2.0");
    git(root, "tag", "-am", "x", "orders/ingest/v2.0.0");
    expect(await commitOf("hello")).toEqual({ hash: first, name: "v1.2.0" });
    expect(await commitOf("orders/hello")).toEqual({ hash: first, name: "v1.2.0" });
    expect(await commitOf("orders/ingest")).toEqual({ hash: first, name: "v2.0.0" });
    expect(await commitOf("ingest")).toEqual({ hash: first, name: short });
    writeTree(root, { x: "2" });
    const second = commitAll(root);
    expect(await commitOf("hello")).toEqual({
      hash: second,
      name: `v1.2.0-1-g${git(root, "rev-parse", "--short", "HEAD")}`,
    });
  });

  test("has a name that is safe in a file's name, whatever the tag and the function are called", async () => {
    const root = makeRepository({ x: "1" });
    git(root, "tag", "hello/v1/rc;$(x)");
    git(root, "tag", "any/v2");
    const repository = await repositoryAt(root);
    const nameOf = async (name: string): Promise<unknown> =>
      (await readCommit(repository, place(name), contextIn(root, env))).name;
    expect(await nameOf("hello")).toBe("v1-rc---x-");
    expect(await nameOf("*")).toBe(git(root, "rev-parse", "--short", "HEAD"));
  });

  test("is null before the first commit", async () => {
    const root = makeTree({ x: "" });
    git(root, "init", "-q");
    const commit = await readCommit(await repositoryAt(root), place("x"), contextIn(root, env));
    expect(commit).toEqual({ hash: null, name: null });
    expect(await dirtyIn(root, ["x"])).toEqual(["x"]);
  });
});

describe("an input is dirty", () => {
  const files = {
    "f/src/a.py": "1",
    "f/src/b.py": "1",
    "f/with space ü\n.py": "1",
    "other/x": "1",
    ".gitignore": "*.log\nstg/\n",
  };
  const inputs = ["f/src/a.py", "f/src/b.py", "f/with space ü\n.py"];

  test("when changed, staged, untracked, ignored, renamed or gone; not for what happens elsewhere", async () => {
    const root = makeRepository(files);
    expect(await dirtyIn(root, inputs, ["f/src"])).toEqual([]);
    writeTree(root, { "other/x": "2", "other/new": "", "f/src/unused": "" });
    expect(await dirtyIn(root, inputs, ["f/src"])).toEqual([]);
    writeTree(root, { "f/src/a.py": "2" });
    expect(await dirtyIn(root, inputs)).toEqual(["f/src/a.py"]);
    git(root, "add", "-A");
    expect(await dirtyIn(root, inputs)).toEqual(["f/src/a.py"]);
    commitAll(root);
    writeTree(root, { "f/src/new.py": "", "f/src/x.log": "", "f/src/stg/deep/y": "" });
    expect(await dirtyIn(root, ["f/src/new.py", "f/src/x.log", "f/src/stg/deep/y", "f/src/a.py"])).toEqual([
      "f/src/new.py",
      "f/src/x.log",
      "f/src/stg/deep/y",
    ]);
    writeTree(root, { "f/with space ü\n.py": "2" });
    expect(await dirtyIn(root, inputs)).toEqual(["f/with space ü\n.py"]);
    renameSync(join(root, "f/src/b.py"), join(root, "f/src/c.py"));
    expect(await dirtyIn(root, ["f/src/a.py", "f/src/c.py"], ["f/src"])).toEqual([
      "f/src/c.py",
      "f/src/b.py",
    ]);
    git(root, "add", "-A");
    expect(await dirtyIn(root, ["f/src/a.py", "f/src/c.py"], ["f/src"])).toEqual([
      "f/src/c.py",
      "f/src/b.py",
    ]);
    expect(await dirtyIn(root, ["f/src/a.py"], ["other"])).toEqual([]);
  });

  test("not when only its time changed, and git's index stays as it is", async () => {
    const root = makeRepository(files);
    utimesSync(join(root, "f/src/a.py"), 1, 1);
    const before = execFileSync("stat", ["-c", "%y %i", join(root, ".git/index")]).toString();
    expect(await dirtyIn(root, inputs)).toEqual([]);
    expect(execFileSync("stat", ["-c", "%y %i", join(root, ".git/index")]).toString()).toBe(before);
  });

  test("when git was told to look away from it", async () => {
    const root = makeRepository(files);
    git(root, "update-index", "--assume-unchanged", "f/src/a.py");
    git(root, "update-index", "--skip-worktree", "f/src/b.py");
    expect(await dirtyIn(root, inputs)).toEqual(["f/src/a.py", "f/src/b.py"]);
  });

  test("when outside of the repository", async () => {
    const root = makeRepository(files);
    expect(await dirtyIn(root, ["../elsewhere"])).toEqual(
      ["../elsewhere"].map((path) => join(root, path).slice(root.length + 1)),
    );
  });

  test("a name of git's pathspec magic means itself", async () => {
    const root = makeRepository({ ":(top)x": "1", "*": "1", y: "1" });
    writeTree(root, { y: "2" });
    expect(await dirtyIn(root, [":(top)x", "*"])).toEqual([]);
  });

  test("among thousands as among few", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 3000 }, (_, i) => [`many/${"long".repeat(10)}${i}`, "1"]),
    );
    const root = makeRepository(many);
    writeTree(root, { [Object.keys(many)[1234]!]: "2" });
    expect(await dirtyIn(root, Object.keys(many), ["many"])).toEqual([Object.keys(many)[1234]]);
  });

  test("in a worktree, and in a workspace below the toplevel", async () => {
    const root = makeRepository({ "sub/functions/a/src/x.py": "1" });
    const tree = join(makeTree(), "tree");
    git(root, "worktree", "add", "-q", tree);
    writeTree(tree, { "sub/functions/a/src/x.py": "2" });
    expect(await dirtyIn(join(tree), ["sub/functions/a/src/x.py"])).toEqual(["sub/functions/a/src/x.py"]);
    expect(await dirtyIn(root, ["sub/functions/a/src/x.py"])).toEqual([]);
    expect(await repositoryAt(join(tree, "sub"))).toEqual({ toplevel: tree });
  });

  test("in a submodule, when the submodule has changed", async () => {
    const library = makeRepository({ "x.py": "1" });
    const root = makeRepository({ y: "1" });
    git(root, "submodule", "add", "-q", library, "lib/common");
    commitAll(root);
    expect(await dirtyIn(root, ["lib/common/x.py", "y"])).toEqual([]);
    writeTree(root, { "lib/common/x.py": "2" });
    expect(await dirtyIn(root, ["lib/common/x.py", "y"])).toEqual(["lib/common/x.py"]);
  });

  test("of what lies in a repository of its own, that one is asked, and the outer one about the rest", async () => {
    const inner = makeRepository({ "src/x.py": "1", "src/gone.py": "1" });
    const root = makeRepository({ "brig.yaml": "", y: "1" });
    git(root, "submodule", "add", "-q", inner, "functions/hello");
    commitAll(root);
    const hello = join(root, "functions/hello");
    const ask = async (): Promise<readonly string[]> => {
      const repositories = await readRepositories([hello], { toplevel: root }, contextIn(root, env));
      expect(repositories).toEqual([{ toplevel: hello }, { toplevel: root }]);
      const asked = ["functions/hello/src/x.py", "brig.yaml", "y"].map((name) => join(root, name));
      const dirty = await readDirty(repositories, { files: asked, folders: [hello] }, contextIn(root, env));
      return dirty.map((path) => path.slice(root.length + 1));
    };
    expect(await ask()).toEqual([]);
    // The outer repository does not have this commit yet; the function itself is clean.
    writeTree(hello, { "src/x.py": "2" });
    expect(await ask()).toEqual(["functions/hello/src/x.py"]);
    commitAll(hello);
    expect(await ask()).toEqual([]);
    writeTree(root, { y: "2" });
    rmSync(join(hello, "src/gone.py"));
    expect(await ask()).toEqual(["y", "functions/hello/src/gone.py"]);
  });

  test("in a repository of its own that the outer one does not track", async () => {
    const root = makeRepository({ y: "1" });
    mkdirSync(join(root, "inner"));
    git(join(root, "inner"), "init", "-q");
    writeTree(root, { "inner/x": "" });
    expect(await dirtyIn(root, ["inner/x", "y"])).toEqual(["inner/x"]);
    rmSync(join(root, "inner"), { recursive: true });
  });
});
