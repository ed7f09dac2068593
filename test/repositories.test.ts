/** Which commit a build names: in a submodule, a worktree, on no branch, before the first commit, and without git. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { brig, buildOne, commit, git, makeWorkspace, temporaryFolder, writeFiles } from "./support/brig.ts";
import { runtime } from "./support/python.ts";

const path = "functions/hello";
const settings = `function: {Runtime: ${runtime}}\nbuild: {bytecode: false}\n`;
const source = { "src/lambda_function.py": "lambda_handler = print\n", "src/extra.py": "" };

describe("a function that is a submodule", () => {
  function withSubmodule(): { readonly folder: string; readonly hello: string } {
    const library = makeWorkspace(source);
    const folder = makeWorkspace({ "brig.yaml": settings });
    git(folder, "-c", "protocol.file.allow=always", "submodule", "add", "-q", library, path);
    commit(folder, "Add hello");
    return { folder, hello: join(folder, path) };
  }

  test("is described by its own commit, tags and changes, whatever the outer repository has of it", async () => {
    const { folder, hello } = withSubmodule();
    git(hello, "tag", "v1.2.0");
    const first = await buildOne(folder, ["build", "hello"]);
    expect(first).toMatchObject({ commit: git(hello, "rev-parse", "HEAD"), dirty: false });
    expect(first.zip).toMatch(/-v1\.2\.0\.zip$/);
    expect((await buildOne(folder, ["build", "hello"])).status).toBe("unchanged");
    writeFiles(hello, { "src/lambda_function.py": "lambda_handler = repr\n" });
    const edited = await buildOne(hello, ["build"]);
    expect(edited).toMatchObject({ name: "hello", path, status: "built", dirty: true });
    const head = commit(hello, "Answer with repr");
    const committed = await buildOne(folder, ["build", "hello"]);
    expect(committed).toMatchObject({ commit: head, dirty: false, sha256: edited.sha256 });
    expect(committed.links.staged).toMatch(new RegExp(`-v1\\.2\\.0-1-g${head.slice(0, 7)}.*\\.zip$`));
    // What lies outside of it is asked about where it lies.
    writeFileSync(join(folder, "brig.yaml"), settings.replace("false", "false, exclude: [extra.py]"));
    expect(await buildOne(folder, ["build", "hello"])).toMatchObject({ status: "built", dirty: true });
  });

  test("and becomes an ordinary folder again when it is one", async () => {
    const { folder, hello } = withSubmodule();
    await buildOne(folder, ["build", "hello"]);
    git(folder, "rm", "-q", "--cached", path);
    rmSync(join(hello, ".git"));
    rmSync(join(hello, "src/extra.py"));
    const head = commit(folder, "Take hello in");
    const after = await buildOne(folder, ["build", "hello"]);
    expect(after).toMatchObject({ status: "built", commit: head, dirty: false });
  });
});

test("functions that are repositories of their own in a workspace without git", async () => {
  const folder = temporaryFolder();
  const hello = makeWorkspace(source);
  writeFiles(folder, {
    "brig.yaml": settings,
    "functions/other/src/lambda_function.py": "lambda_handler = 1\n",
  });
  git(folder, "clone", "-q", hello, join(folder, path));
  expect(await buildOne(folder, ["build", "other"])).toMatchObject({ commit: null, dirty: false });
  const head = git(hello, "rev-parse", "HEAD");
  // The workspace's brig.yaml is in no repository.
  expect(await buildOne(folder, ["build", "hello"])).toMatchObject({ commit: head, dirty: true });
});

test("a worktree on no branch", async () => {
  const folder = makeWorkspace({
    "brig.yaml": settings,
    [`${path}/src/lambda_function.py`]: "lambda_handler = 1\n",
  });
  const head = commit(folder, "Second");
  const tree = join(temporaryFolder(), "work tree");
  git(folder, "worktree", "add", "-q", "--detach", tree);
  expect(await buildOne(tree, ["build", "hello"])).toMatchObject({ commit: head, dirty: false });
  writeFileSync(join(tree, `${path}/src/lambda_function.py`), "lambda_handler = 2\n");
  expect(await buildOne(tree, ["build", "hello"])).toMatchObject({ commit: head, dirty: true });
});

test("before the first commit there is none, and after it the same bytes get it", async () => {
  const folder = temporaryFolder();
  writeFiles(folder, { "brig.yaml": settings, [`${path}/src/lambda_function.py`]: "lambda_handler = 1\n" });
  git(folder, "init", "-q");
  const { status, stdout } = await brig(folder, ["build", "hello"]);
  expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringMatching(/\d{14}\.zip/) });
  expect(await buildOne(folder, ["build", "hello"])).toMatchObject({
    status: "unchanged",
    commit: null,
    dirty: false,
  });
  writeFileSync(join(folder, ".gitignore"), "stg/\nbuilds/\n");
  const head = commit(folder, "First");
  expect(await buildOne(folder, ["build", "hello"])).toMatchObject({ commit: head, dirty: false });
});
