import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import type { Context } from "../context.ts";
import { cloneRepository } from "./clone-repository.ts";
import type { IndexSettings } from "./index-settings.ts";
import { bareSettings } from "./test-settings.ts";

const room = mkdtempSync(join(tmpdir(), "brig clone "));
afterAll(() => rmSync(room, { recursive: true, force: true }));

const settings: IndexSettings = { ...bareSettings, secrets: ["hunter2hunter2"] };
const own = {
  PATH: process.env["PATH"],
  HOME: room,
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@example.org",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@example.org",
};

function contextWith(env: Context["env"]): Context {
  const { signal } = new AbortController();
  return { cwd: room, env: { ...own, ...env }, now: () => new Date(), signal, report: () => {} };
}

function git(folder: string, ...args: string[]): string {
  return execFileSync("git", ["-C", folder, ...args], { env: own, encoding: "utf8", stdio: "pipe" }).trim();
}

function makeRepository(name: string): { readonly folder: string; readonly commits: readonly string[] } {
  const folder = join(room, name);
  mkdirSync(folder);
  git(folder, "init", "--quiet");
  const commits = ["one", "two"].map((text) => {
    writeFileSync(join(folder, "file"), text);
    git(folder, "add", "file");
    git(folder, "commit", "--quiet", "-m", text);
    return git(folder, "rev-parse", "HEAD");
  });
  git(folder, "tag", "v1", commits[0]!);
  return { folder, commits };
}

test("a clone has the commit and the tags, and leaves the user's own repository alone, even run from its hook", async () => {
  const { folder, commits } = makeRepository("theirs");
  const users = makeRepository("users");
  const before = [git(users.folder, "rev-parse", "HEAD"), git(users.folder, "status", "--porcelain")];
  const hook = contextWith({
    GIT_DIR: join(users.folder, ".git"),
    GIT_INDEX_FILE: join(users.folder, ".git", "index"),
    GIT_WORK_TREE: users.folder,
  });
  const clone = join(room, "clone");
  await cloneRepository({ url: pathToFileURL(folder).href, commit: commits[0]! }, clone, settings, hook);
  expect(readFileSync(join(clone, "file"), "utf8")).toBe("one");
  expect(git(clone, "tag")).toBe("v1");
  expect([git(users.folder, "rev-parse", "HEAD"), git(users.folder, "status", "--porcelain")]).toEqual(
    before,
  );
});

test("credentials reach their server beside the user's own settings, and no error", async () => {
  const heard: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    heard.push(request.headers.authorization, String(request.headers["x-own"]));
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const credentials = [{ url: `${origin}/repo.git`, username: "me", password: "hunter2hunter2" }];
  const context = contextWith({
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "http.extraHeader",
    GIT_CONFIG_VALUE_0: "X-Own: kept",
  });
  const failing = cloneRepository(
    { url: `${origin}/repo.git`, commit: "0".repeat(40) },
    join(room, "none"),
    { ...settings, credentials },
    context,
  );
  const error: unknown = await failing.catch((cause: unknown) => cause);
  server.close();
  expect(error).toMatchObject({ code: "download-failed" });
  expect(String(error)).not.toContain("hunter2");
  expect(heard[0]).toBe(`Basic ${Buffer.from("me:hunter2hunter2").toString("base64")}`);
  expect(existsSync(join(room, "none"))).toBe(false);
});

test("a commit that is not there is named", async () => {
  const { folder } = makeRepository("short");
  const url = pathToFileURL(folder).href;
  const failing = cloneRepository(
    { url, commit: "1".repeat(40) },
    join(room, "short-clone"),
    settings,
    contextWith({}),
  );
  await expect(failing).rejects.toMatchObject({
    code: "download-failed",
    message: expect.stringContaining("111111111111"),
  });
});
