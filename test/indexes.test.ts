/** Indexes of one's own: named in requirements or in pip's and uv's configuration; their passwords go nowhere. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { brig, type Env, makeWorkspace, type Result, temporaryFolder, writeFiles } from "./support/brig.ts";
import { type IndexServer, serveIndex } from "./support/index-server.ts";
import { runtime, uvFile } from "./support/python.ts";
import { smallWheel } from "./support/wheels.ts";
import { zipText } from "./support/zip-names.ts";

const path = "functions/hello";
/** Found in a file or an output, it has leaked; with characters that a URL must encode. */
const password = "canary/s3cret+öf you";
const canaries = [
  password,
  encodeURIComponent(password),
  "canary",
  Buffer.from(`reader:${password}`).toString("base64"),
];
const credentials = { username: "reader", password };

let open: IndexServer;
let closed: IndexServer;
/** Nothing of the machine's own configuration: a HOME and a store that are empty, uv on PATH. */
let bare: Env;

beforeAll(async () => {
  const small = (name: string, version: string): ReturnType<typeof smallWheel> =>
    smallWheel({ name, version });
  open = await serveIndex([
    small("alpha", "1.0"),
    smallWheel({ name: "alpha", version: "2.0", requires: ["beta"] }),
    small("beta", "1.0"),
  ]);
  closed = await serveIndex([small("private", "1.0"), small("alpha", "1.5")], credentials);
  bare = withoutConfiguration(`${dirname(await uvFile())}:${process.env["PATH"]}`);
});

function withoutConfiguration(pathVariable: string): Env {
  const dropped = Object.keys(process.env).filter((name) => /^(PIP|UV)_|^(NETRC|VIRTUAL_ENV)$/.test(name));
  return {
    ...Object.fromEntries(dropped.map((name) => [name, undefined])),
    PATH: pathVariable,
    PYENV_ROOT: process.env["PYENV_ROOT"] ?? join(process.env["HOME"] ?? "", ".pyenv"),
    PIP_CONFIG_FILE: "",
  };
}

/** An environment with a home folder, a store and a uv cache of its own. */
function freshHome(files: Readonly<Record<string, string>> = {}): Env & { HOME: string } {
  const home = temporaryFolder("brig home ");
  writeFiles(home, files);
  return {
    ...bare,
    HOME: home,
    XDG_CONFIG_HOME: join(home, ".config"),
    XDG_CONFIG_DIRS: join(home, "none"),
    BRIG_CACHE_DIR: join(home, "store"),
    UV_CACHE_DIR: join(home, "uv"),
  };
}

function workspaceWith(requirements: string, files: Readonly<Record<string, string>> = {}): string {
  return makeWorkspace({
    "brig.yaml": `function: {Runtime: ${runtime}}\n`,
    [`${path}/src/lambda_function.py`]: "lambda_handler = print\n",
    [`${path}/requirements.txt`]: requirements,
    ...files,
  });
}

async function build(
  folder: string,
  env: Env,
  args: readonly string[] = [],
): Promise<Result & { zip: string }> {
  const result = await brig(join(folder, path), ["build", "-v", ...args], env);
  return { ...result, zip: join(folder, path, "builds/staged") };
}

/** A program `keyring` on PATH that knows the password. */
function withKeyring(): Env {
  const folder = temporaryFolder();
  writeFiles(folder, {
    keyring: `#!/bin/sh\ntest "$1 $3" = "get ${credentials.username}" && echo '${password}'\n`,
  });
  return { PATH: `${folder}:${bare["PATH"]}` };
}

function namingUser(url: string): string {
  return url.replace("//", `//${credentials.username}@`);
}

function lockText(folder: string): string {
  return readFileSync(join(folder, path, "pylock.toml"), "utf8");
}

/** Files below a folder, and outputs, that hold the password in any form. */
function leaks(
  folders: readonly string[],
  outputs: readonly string[],
  but: readonly string[] = [],
): string[] {
  const texts: [string, Buffer][] = outputs.map((text, index) => [`output ${index}`, Buffer.from(text)]);
  for (const folder of folders.filter((each) => existsSync(each))) {
    for (const each of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const file = join(each.parentPath, each.name);
      if (each.isFile() && !but.includes(file)) texts.push([file, readFileSync(file)]);
    }
  }
  return texts.filter(([, bytes]) => canaries.some((canary) => bytes.includes(canary))).map(([name]) => name);
}

describe("named in requirements.txt", () => {
  test("--index-url: packages come from there alone, and its address stands in the lock", async () => {
    const folder = workspaceWith(`--index-url ${open.url}\nalpha\n`);
    const { status, stderr, zip } = await build(folder, freshHome());
    expect(stderr).not.toContain("error:");
    expect(status).toBe(0);
    expect(zipText(zip, "alpha.py")).toBe('version = "2.0"\n');
    expect(lockText(folder)).toContain(`${open.url.replace("/simple", "/files")}/alpha-2.0-py3-none-any.whl`);
    expect(lockText(folder)).not.toContain("pypi.org");
    const missing = workspaceWith(`--index-url ${open.url}\nsix\n`);
    expect((await build(missing, freshHome())).stderr).toContain("error: resolve-failed: ");
  });

  test("--extra-index-url: the best version of both, with the password in the environment", async () => {
    const extra = closed.urlWithCredentials.replace(encodeURIComponent(password), "${INDEX_PASSWORD}");
    const folder = workspaceWith(`--index-url ${open.url}\n--extra-index-url ${extra}\nalpha<2\nprivate\n`);
    const home = freshHome();
    const { status, stdout, stderr, zip } = await build(folder, {
      ...home,
      INDEX_PASSWORD: encodeURIComponent(password),
    });
    expect(stderr).not.toContain("error:");
    expect(status).toBe(0);
    expect(zipText(zip, "alpha.py")).toBe('version = "1.5"\n');
    expect(leaks([folder, join(home.HOME, "store")], [stdout, stderr])).toEqual([]);
  });

  test("--find-links of a page and a folder", async () => {
    const folder = workspaceWith(
      `--no-index\n--find-links ${open.url}/alpha/\n--find-links ../../wheels\nalpha\n`,
    );
    const { name, bytes } = smallWheel({ name: "beta", version: "3.0" });
    mkdirSync(join(folder, "wheels"));
    writeFileSync(join(folder, "wheels", name), bytes);
    const { status, stderr, zip } = await build(folder, freshHome());
    expect(stderr).not.toContain("error:");
    expect(status).toBe(0);
    expect(zipText(zip, "beta.py")).toBe('version = "3.0"\n');
    expect(lockText(folder)).toContain('path = "../../wheels/beta-3.0-py3-none-any.whl"');
    expect(lockText(folder)).not.toContain(folder);
  });

  test("another index makes the lock outdated", async () => {
    const folder = workspaceWith("alpha<2\n");
    const home = freshHome();
    expect((await build(folder, { ...home, PIP_INDEX_URL: open.url })).status).toBe(0);
    expect((await build(folder, { ...home, PIP_INDEX_URL: `${open.url}/` }, ["--frozen"])).status).toBe(0);
    const other = await build(folder, { ...home, PIP_INDEX_URL: closed.urlWithCredentials }, ["--frozen"]);
    expect(other.status).toBe(1);
    expect(other.stderr).toContain("error: lock-outdated: ");
  });
});

describe("credentials reach no lock, manifest, log or error", () => {
  /** Where people write them: files of the home folder, variables, the requirements themselves. */
  const ways: Readonly<Record<string, () => { env: Env; files?: Record<string, string>; index?: string }>> = {
    "pip.conf": () => ({
      env: {},
      files: { ".config/pip/pip.conf": `[global]\nindex-url = ${closed.urlWithCredentials}\n` },
    }),
    PIP_INDEX_URL: () => ({ env: { PIP_INDEX_URL: closed.urlWithCredentials } }),
    PIP_EXTRA_INDEX_URL: () => ({
      env: { PIP_INDEX_URL: open.url, PIP_EXTRA_INDEX_URL: closed.urlWithCredentials },
    }),
    UV_INDEX_URL: () => ({ env: { UV_INDEX_URL: closed.urlWithCredentials } }),
    UV_DEFAULT_INDEX: () => ({ env: { UV_DEFAULT_INDEX: closed.urlWithCredentials } }),
    "UV_INDEX with a name": () => ({
      env: {
        UV_DEFAULT_INDEX: open.url,
        UV_INDEX: `inner=${closed.url}`,
        UV_INDEX_INNER_USERNAME: credentials.username,
        UV_INDEX_INNER_PASSWORD: password,
      },
    }),
    "uv.toml": () => ({
      env: {},
      files: { ".config/uv/uv.toml": `[[index]]\nurl = "${closed.urlWithCredentials}"\ndefault = true\n` },
    }),
    ".netrc": () => ({
      env: { PIP_INDEX_URL: closed.url },
      files: { ".netrc": `machine 127.0.0.1 login reader password "${password}"\n` },
    }),
    UV_KEYRING_PROVIDER: () => ({
      env: { ...withKeyring(), UV_KEYRING_PROVIDER: "subprocess", UV_DEFAULT_INDEX: namingUser(closed.url) },
    }),
    "keyring-provider of pip.conf": () => ({
      env: withKeyring(),
      files: {
        ".config/pip/pip.conf": `[global]\nkeyring-provider = subprocess\nindex-url = ${namingUser(closed.url)}\n`,
      },
    }),
    "requirements.txt itself": () => ({ env: {}, index: `--index-url ${closed.urlWithCredentials}\n` }),
  };

  for (const [name, make] of Object.entries(ways)) {
    test(name, async () => {
      const { env, files, index = "" } = make();
      const home = freshHome(files);
      const folder = workspaceWith(`${index}private\n`);
      const requirements = join(folder, path, "requirements.txt");
      const watched = [join(folder, path), join(home.HOME, "store")];
      const before = closed.served.length;
      const first = await build(folder, { ...home, ...env });
      expect(first.stderr).not.toContain("error:");
      expect(first.status).toBe(0);
      expect(zipText(first.zip, "private.py")).toBe('version = "1.0"\n');
      expect(closed.served.slice(before)).toContain("/files/private-1.0-py3-none-any.whl");
      const json = await build(folder, { ...home, ...env }, ["--json", "--force"]);
      expect(leaks(watched, [first.stdout, first.stderr, json.stdout, json.stderr], [requirements])).toEqual(
        [],
      );
      // The same with the package gone, and with the password wrong.
      rmSync(join(home.HOME, "store"), { recursive: true });
      rmSync(join(home.HOME, "uv"), { recursive: true, force: true });
      writeFileSync(requirements, `${index}private==9.9\n`);
      const failed = await build(folder, { ...home, ...env });
      expect(failed.status).toBe(1);
      expect(failed.stderr).toMatch(/error: resolve-failed: .*private/);
      expect(leaks(watched, [failed.stdout, failed.stderr], [requirements])).toEqual([]);
    });
  }

  test("a direct URL", async () => {
    const url = (credentialed: string): string =>
      `${credentialed.replace("/simple", "/files")}/private-1.0-py3-none-any.whl`;
    const folder = workspaceWith(`private @ ${url(closed.urlWithCredentials)}\n`);
    const requirements = join(folder, path, "requirements.txt");
    const home = freshHome();
    const { status, stdout, stderr } = await build(folder, home);
    expect(stderr).not.toContain("error:");
    expect(status).toBe(0);
    expect(lockText(folder)).toContain(`"${url(closed.url)}"`);
    writeFileSync(requirements, readFileSync(requirements, "utf8").replace("1.0-py3", "2.0-py3"));
    const missing = await build(folder, home);
    expect(missing.stderr).toMatch(/error: (?:resolve|download)-failed: .*private-2\.0/);
    const outputs = [stdout, stderr, missing.stdout, missing.stderr];
    expect(leaks([join(folder, path), join(home.HOME, "store")], outputs, [requirements])).toEqual([]);
  });

  test("the search itself finds a password, in a file and in an output", () => {
    const folder = temporaryFolder();
    writeFiles(folder, { "inner/file": `x${encodeURIComponent(password)}x`, other: "y" });
    expect(leaks([folder], ["z", closed.urlWithCredentials])).toEqual([
      "output 1",
      join(folder, "inner/file"),
    ]);
  });

  test("a wrong password: the index's refusal is told, the password is not", async () => {
    const wrong = closed.urlWithCredentials.replace("/s3cret", "/wr0ng").replace("%2Fs3cret", "%2Fwr0ng");
    expect(wrong).not.toBe(closed.urlWithCredentials);
    const folder = workspaceWith("private\n");
    const home = freshHome();
    const locking = await build(folder, { ...home, PIP_INDEX_URL: wrong });
    expect(locking.status).toBe(1);
    expect(locking.stderr).toMatch(/error: download-failed: .*401/);
    expect(locking.stderr).toContain(".netrc");
    // Locked with the right one, fetched with the wrong one.
    expect(
      (await brig(join(folder, path), ["lock"], { ...home, PIP_INDEX_URL: closed.urlWithCredentials }))
        .status,
    ).toBe(0);
    const fetching = await build(folder, { ...home, PIP_INDEX_URL: wrong });
    expect(fetching.status).toBe(1);
    expect(fetching.stderr).toMatch(/error: download-failed: .*private-1\.0.*401/);
    expect(
      leaks(
        [folder, join(home.HOME, "store")],
        [locking.stderr, locking.stdout, fetching.stderr, fetching.stdout],
      ),
    ).toEqual([]);
  });

  test("a new password leaves the lock valid", async () => {
    const folder = workspaceWith("private\n");
    expect((await build(folder, { ...freshHome(), PIP_INDEX_URL: closed.urlWithCredentials })).status).toBe(
      0,
    );
    const netrc = freshHome({ ".netrc": `machine 127.0.0.1 login reader password "${password}"\n` });
    const other = await build(folder, { ...netrc, PIP_INDEX_URL: closed.url }, ["--frozen", "--force"]);
    expect(other.stderr).not.toContain("error:");
    expect(other.status).toBe(0);
  });

  test("the password goes to its own origin only", async () => {
    const elsewhere = await serveIndex([smallWheel({ name: "other" })], {
      username: "other",
      password: "other",
    });
    const folder = workspaceWith("private\nother\n");
    const env = {
      ...freshHome(),
      PIP_INDEX_URL: closed.urlWithCredentials,
      PIP_EXTRA_INDEX_URL: elsewhere.url,
    };
    const { status, stderr } = await build(folder, env);
    expect(status).toBe(1);
    expect(elsewhere.refused.length).toBeGreaterThan(0);
    expect(leaks([folder], [stderr])).toEqual([]);
  });
});
