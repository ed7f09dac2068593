import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Context } from "../context.ts";
import { inContext, runProgram } from "../run-program.ts";
import { sha256Of } from "../store/content.ts";
import { openStore, type Store } from "../store/store-directory.ts";
import { compress } from "../zip/deflate.ts";
import { crc32 } from "node:zlib";
import { packEntries } from "../zip/writer.ts";
import { openHttp } from "./http.ts";
import { findInterpreters } from "./interpreters.ts";
import { parseLock } from "./lock-file.ts";
import type { Lock, PythonTarget } from "./lock.ts";
import { readIndexSettings } from "./read-index-settings.ts";
import { readRequirements } from "./read-requirements.ts";
import { renderLock } from "./render-lock.ts";
import { resolveLock, type ResolveRequest } from "./resolve.ts";
import { findUv, type Uv } from "./uv.ts";
import { pinnedVersion } from "./uv-pins.ts";

let root: string;
let context: Context;
let store: Store;
const notes: string[] = [];

const al2023: PythonTarget = { python: "3.13", system: "linux", machine: "x86_64", floor: [2, 34] };
const al2: PythonTarget = { python: "3.11", system: "linux", machine: "x86_64", floor: [2, 26] };

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "brig resolve-")));
  // A uv that is on PATH must not decide the tests: the pinned one is fetched.
  const folders = (process.env["PATH"] ?? "").split(":").filter((each) => !existsSync(join(each, "uv")));
  const path = folders.join(":");
  context = {
    cwd: root,
    env: { ...process.env, PATH: path, BRIG_CACHE_DIR: join(root, "store"), UV_CACHE_DIR: join(root, "uv") },
    now: () => new Date(),
    signal: new AbortController().signal,
    report: (event) => {
      if (event.kind === "note") notes.push(event.text);
    },
  };
  store = await openStore(context);
  const settings = readIndexSettings(root, context);
  await findUv({ store, settings, http: openHttp(settings, context) }, context);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

let count = 0;
function folderWith(files: Record<string, string | Uint8Array>): string {
  count += 1;
  const folder = join(root, `functions/f${count}`);
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** As a command of its own does it: what one store was asked, it need not ask again. */
async function resolve(
  folder: string,
  target: PythonTarget,
  more: Partial<ResolveRequest> = {},
  env = {},
): Promise<Lock> {
  const own = { ...context, env: { ...context.env, ...env } };
  const requirements = readRequirements({ folder, boundary: root, file: undefined, groups: [] }, own);
  const settings = readIndexSettings(folder, own);
  return resolveLock(
    { folder, requirements, settings, target, previous: undefined, upgrade: false, ...more },
    await openStore(own),
    own,
  );
}

function versions(lock: Lock): Record<string, string | undefined> {
  return Object.fromEntries(lock.packages.map((entry) => [entry.name, entry.version]));
}

function wheel(
  name: string,
  version: string,
  tags = "py3-none-any",
  requires: readonly string[] = [],
): [string, Buffer] {
  const info = `${name}-${version}.dist-info`;
  const metadata = [
    `Metadata-Version: 2.1`,
    `Name: ${name}`,
    `Version: ${version}`,
    ...requires.map((each) => `Requires-Dist: ${each}`),
  ];
  const texts = {
    [`${name}.py`]: "x = 1\n",
    [`${info}/METADATA`]: `${metadata.join("\n")}\n`,
    [`${info}/WHEEL`]: `Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: ${tags}\n`,
    [`${info}/RECORD`]: `${name}.py,,\n${info}/METADATA,,\n${info}/WHEEL,,\n${info}/RECORD,,\n`,
  };
  const entries = Object.entries(texts).map(([path, text]) => {
    const bytes = Buffer.from(text);
    return { path, executable: false, size: bytes.length, crc32: crc32(bytes), ...compress(bytes) };
  });
  return [`${name}-${version}-${tags}.whl`, packEntries(entries)];
}

test("without uv on PATH the pinned one is fetched once, and runs", async () => {
  // A version manager's uv that answers nothing is none.
  const shims = join(root, "shims");
  mkdirSync(shims, { recursive: true });
  writeFileSync(join(shims, "uv"), "#!/bin/sh\nexit 127\n", { mode: 0o755 });
  const own = { ...context, env: { ...context.env, PATH: `${shims}:/usr/bin:/bin` } };
  const settings = readIndexSettings(root, own);
  const http = openHttp(settings, own);
  // A store opened anew knows nothing of the other; both share the folder.
  const anew = await openStore(own);
  const find = (from: Store): Promise<Uv> => findUv({ store: from, settings, http }, own);
  const [one, other] = await Promise.all([find(store), find(anew)]);
  await http.close();
  expect(one).toEqual(other);
  const version = await runProgram(one.file, ["--version"], inContext(own));
  expect(version.stdout).toContain(`uv ${pinnedVersion}`);
  expect(notes.filter((note) => note.includes("fetching uv"))).toHaveLength(1);
  // Spoilt on the disk, it is never run but made anew.
  writeFileSync(one.file, "#!/bin/sh\n", { mode: 0o755 });
  const again = await openStore(own);
  const offline = openHttp(settings, own, { offline: true });
  await expect(findUv({ store: again, settings, http: offline }, own)).rejects.toMatchObject({
    code: "offline",
  });
  await findUv({ store: again, settings, http: openHttp(settings, own) }, own);
  expect((await runProgram(one.file, ["--version"], inContext(own))).stdout).toContain(pinnedVersion);
});

describe("from the index", () => {
  test("wheels with address, size and hash, and a lock that uv installs from", async () => {
    const folder = folderWith({
      "requirements.txt": "idna==3.10\n../../lib/common\n-r more.txt\n",
      "more.txt": "six # comment\n",
    });
    mkdirSync(join(root, "lib/common"), { recursive: true });
    writeFileSync(
      join(root, "lib/common/pyproject.toml"),
      '[project]\nname = "common-lib"\nversion = "1.0"\ndescription = "Shared"\ndependencies = ["toml"]\n[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n',
    );
    writeFileSync(join(root, "lib/common/common_lib.py"), '"""Shared."""\n');
    // uv installs for the interpreter that it finds here.
    const python = (await findInterpreters(context, store)).find(({ version }) => /^[\d.]+$/.test(version))!;
    const lock = await resolve(folder, { ...al2023, python: python.minor });
    expect(Object.keys(versions(lock))).toEqual(["common-lib", "idna", "six", "toml"]);
    expect(lock.packages[0]?.source).toEqual({ kind: "directory", path: "../../lib/common" });
    expect(lock.packages[1]).toMatchObject({
      version: "3.10",
      source: {
        kind: "wheel",
        file: {
          name: "idna-3.10-py3-none-any.whl",
          sha256: "946d195a0d259cbba61165e88e65941f16e9b36ea6ddb97f00452bae8b1287d3",
        },
      },
    });
    const text = renderLock(lock);
    expect(text).not.toContain(root);
    expect(parseLock(text, "pylock.toml")).toEqual(lock);
    writeFileSync(join(folder, "pylock.toml"), text);
    const settings = readIndexSettings(folder, context);
    const uv = await findUv({ store, settings, http: openHttp(settings, context) }, context);
    const args = ["pip", "install", "--target", join(folder, "out"), "--python", python.file];
    const installed = await runProgram(uv.file, [...args, "-r", "pylock.toml"], {
      ...inContext(context),
      cwd: folder,
    });
    expect(installed.stderr).toContain("+ common-lib");
    expect(installed.status).toBe(0);
    expect(readFileSync(join(folder, "out/idna/__init__.py"), "utf8")).toContain("import");
  });

  test("Amazon Linux 2: an older version whose wheels need no newer glibc is taken", async () => {
    const folder = folderWith({ "requirements.txt": "pillow\nsix\n" });
    const lock = await resolve(folder, al2);
    const pillow = lock.packages.find((entry) => entry.name === "pillow");
    expect(pillow?.source.kind).toBe("wheel");
    const name = pillow?.source.kind === "wheel" ? pillow.source.file.name : "";
    const needed = [...name.matchAll(/manylinux_2_(\d+)/g)].map((match) => Number(match[1]));
    expect(Math.min(...needed)).toBeLessThanOrEqual(26);
    expect(Number(pillow?.version?.split(".")[0])).toBeGreaterThanOrEqual(11);
  });

  test("Amazon Linux 2: a pin without such a wheel names the wheels there are", async () => {
    const folder = folderWith({ "requirements.txt": "numpy==2.4.6\n" });
    await expect(resolve(folder, al2)).rejects.toMatchObject({
      code: "wheel-missing",
      message: expect.stringMatching(
        /^numpy 2\.4\.6 has no wheel for python3\.11 on x86_64 \(glibc 2\.26\); it has .*manylinux_2_27 x86_64.*, and an sdist$/,
      ),
      hint: expect.stringContaining("Runtime: python3"),
    });
  });

  test("only what has no wheel at all comes as an sdist", async () => {
    const folder = folderWith({ "requirements.txt": "docopt==0.6.2\nsix\nidna>=3\n" });
    const lock = await resolve(folder, al2023);
    expect(lock.packages.map((entry) => [entry.name, entry.source.kind])).toEqual([
      ["docopt", "sdist"],
      ["idna", "wheel"],
      ["six", "wheel"],
    ]);
  });

  test("uv.lock is honoured, and refused when pyproject.toml moved on", async () => {
    const project =
      '[project]\nname = "f"\nversion = "0"\nrequires-python = ">=3.11"\ndependencies = ["idna==3.9; sys_platform == \'linux\'"]\n[dependency-groups]\ndev = ["pytest"]\n';
    const folder = folderWith({ "pyproject.toml": project });
    expect(versions(await resolve(folder, al2023))).toEqual({ idna: "3.9" });
    const settings = readIndexSettings(folder, context);
    const uv = await findUv({ store, settings, http: openHttp(settings, context) }, context);
    const python = (await findInterpreters(context, store))[0]!.file;
    await runProgram(uv.file, ["lock", "-q", "--python", python], { ...inContext(context), cwd: folder });
    expect(versions(await resolve(folder, al2023))).toEqual({ idna: "3.9" });
    writeFileSync(join(folder, "pyproject.toml"), project.replace("3.9", "3.10"));
    await expect(resolve(folder, al2023)).rejects.toMatchObject({ code: "lock-outdated", hint: "uv lock" });
  });

  test("what cannot be satisfied is explained in uv's words, without temporary names", async () => {
    const folder = folderWith({ "requirements.txt": "idna==99\n" });
    await expect(resolve(folder, al2023)).rejects.toMatchObject({
      code: "resolve-failed",
      message: expect.stringMatching(/idna==99(?!.*brig-resolve)/),
      // Whatever folder it is pasted in, and whether uv is on PATH or brig's own.
      hint: expect.stringMatching(
        /^'?(?:\/.*\/)?uv'? pip compile '?\/.*\/requirements\.txt'? --python-version 3\.13 {3}# /,
      ),
    });
  });
});

function wheelhouse(...wheels: readonly [string, Buffer][]): string {
  return folderWith(Object.fromEntries(wheels));
}

describe("from an index that asks for a password and gives no hashes", () => {
  const [name, bytes] = wheel("alpha", "1.0");
  const server = createServer((request, response) => {
    const expected = `Basic ${Buffer.from("user:secret-token-1").toString("base64")}`;
    if (request.headers.authorization !== expected) response.writeHead(401).end();
    else if (request.url === "/simple/alpha/") {
      response
        .writeHead(200, { "content-type": "text/html" })
        .end(`<a href="../../files/${name}">${name}</a>`);
    } else if (request.url === `/files/${name}`) response.writeHead(200).end(bytes);
    else response.writeHead(404).end();
  });
  let address = "";
  beforeAll(async () => {
    await new Promise<void>((done) => {
      server.listen(0, "127.0.0.1", done);
    });
    const at = server.address();
    address = `127.0.0.1:${typeof at === "object" ? at?.port : ""}`;
  });
  afterAll(() => {
    server.close();
  });

  test("the lock has the hash and no password", async () => {
    const folder = folderWith({
      "requirements.txt": "-i http://user:${TOKEN}@" + address + "/simple\nalpha\n",
    });
    const lock = await resolve(folder, al2023, {}, { TOKEN: "secret-token-1" });
    expect(lock.packages[0]?.source).toEqual({
      kind: "wheel",
      file: {
        name,
        url: `http://${address}/files/${name}`,
        path: undefined,
        size: undefined,
        sha256: sha256Of(bytes),
      },
    });
    expect(renderLock(lock)).not.toContain("secret");
  });

  test("a wrong password is a fault that does not show it", async () => {
    const folder = folderWith({ "requirements.txt": "alpha\n" });
    const env = { PIP_INDEX_URL: `http://user:wrong-token-2@${address}/simple` };
    const fault = await resolve(folder, al2023, {}, env).catch((cause: unknown) => cause);
    expect(fault).toMatchObject({ code: "download-failed", hint: expect.stringContaining("netrc") });
    expect(JSON.stringify([String(fault), fault])).not.toContain("wrong-token-2");
  });
});

describe("from a folder of wheels alone", () => {
  test("files become relative paths with size and hash, and a previous lock is kept until upgraded", async () => {
    const old = wheel("alpha", "1.0");
    const house = wheelhouse(old, wheel("alpha", "1.1"), wheel("beta", "2.0", "py3-none-any", ["alpha"]));
    const folder = folderWith({
      "requirements.txt": `--no-index\n--find-links ../${house.split("/").at(-1)}\nbeta\nalpha<1.1\n`,
    });
    const first = await resolve(folder, al2023);
    expect(versions(first)).toEqual({ alpha: "1.0", beta: "2.0" });
    expect(first.packages[0]?.source).toEqual({
      kind: "wheel",
      file: {
        name: old[0],
        url: undefined,
        path: `../${house.split("/").at(-1)}/${old[0]}`,
        size: old[1].length,
        sha256: sha256Of(old[1]),
      },
    });
    const text = readFileSync(join(folder, "requirements.txt"), "utf8");
    writeFileSync(join(folder, "requirements.txt"), text.replace("alpha<1.1", "alpha"));
    expect(versions(await resolve(folder, al2023, { previous: first }))["alpha"]).toBe("1.0");
    expect(versions(await resolve(folder, al2023, { previous: first, upgrade: ["alpha"] }))["alpha"]).toBe(
      "1.1",
    );
    expect(versions(await resolve(folder, al2023, { previous: first, upgrade: true }))["alpha"]).toBe("1.1");
  });

  test("a folder in pip's configuration that does not exist is passed over", async () => {
    const house = wheelhouse(wheel("alpha", "1.0"));
    const folder = folderWith({ "requirements.txt": "alpha\n" });
    const env = {
      PIP_NO_INDEX: "1",
      PIP_FIND_LINKS: `${join(root, "nowhere")} ${house.replaceAll(" ", "%20")}`,
    };
    const withSpace = await resolve(
      folder,
      al2023,
      {},
      { ...env, PIP_FIND_LINKS: `${root}/nowhere file://${house.replaceAll(" ", "%20")}` },
    );
    expect(versions(withSpace)).toEqual({ alpha: "1.0" });
  });

  test("--hash decides which file, and a wrong one is refused", async () => {
    const [plain, better] = [wheel("alpha", "1.0"), wheel("alpha", "1.0", "cp313-none-any")];
    const house = wheelhouse(plain, better);
    const at = `--no-index\n--find-links ../${house.split("/").at(-1)}\n`;
    const chosen = async (lines: string): Promise<string | undefined> => {
      const { source } = (await resolve(folderWith({ "requirements.txt": at + lines }), al2023)).packages[0]!;
      return source.kind === "wheel" ? source.file.name : undefined;
    };
    expect(await chosen("alpha\n")).toBe(better[0]);
    expect(await chosen(`alpha==1.0 \\\n  --hash=sha256:${sha256Of(plain[1])}\n`)).toBe(plain[0]);
    await expect(chosen(`alpha==1.0 --hash=sha256:${"0".repeat(64)}\n`)).rejects.toMatchObject({
      code: "hash-mismatch",
    });
    await expect(chosen(`alpha --hash=sha256:${sha256Of(plain[1])}\n`)).rejects.toMatchObject({
      code: "requirements-invalid",
    });
    await expect(chosen("--require-hashes\nalpha==1.0\n")).rejects.toMatchObject({
      code: "requirements-invalid",
    });
  });

  test("no wheel above the floor is ever taken, whichever way round the versions are", async () => {
    const house = wheelhouse(
      wheel("alpha", "1.0", "cp311-cp311-manylinux_2_24_x86_64"),
      wheel("alpha", "1.1", "cp311-cp311-manylinux_2_27_x86_64"),
      wheel("alpha", "1.2", "cp311-cp311-manylinux_2_28_x86_64"),
      wheel("beta", "1.0", "py3-none-any", ["alpha>=1.0"]),
      wheel("beta", "2.0", "py3-none-any", ["alpha>=1.1"]),
    );
    const at = `--no-index\n--find-links ../${house.split("/").at(-1)}\n`;
    expect(versions(await resolve(folderWith({ "requirements.txt": `${at}beta\n` }), al2))).toEqual({
      alpha: "1.0",
      beta: "1.0",
    });
    await expect(resolve(folderWith({ "requirements.txt": `${at}beta==2.0\n` }), al2)).rejects.toMatchObject({
      code: "wheel-missing",
      message: expect.stringContaining(
        "alpha 1.2 has no wheel for python3.11 on x86_64 (glibc 2.26); it has cp311 manylinux_2_28 x86_64",
      ),
    });
  });

  test("a constraint file, continuation lines and markers reach uv", async () => {
    const house = wheelhouse(wheel("alpha", "1.0"), wheel("alpha", "1.1"), wheel("gamma", "1.0"));
    const folder = folderWith({
      "requirements.txt": `--no-index\n-f ../${house.split("/").at(-1)}\n-c c.txt\nalpha \\\n>=1\ngamma; sys_platform == "win32"\n`,
      "c.txt": "alpha==1.0\n",
    });
    expect(versions(await resolve(folder, al2023))).toEqual({ alpha: "1.0" });
  });

  test("a wheel named by path is pinned by a relative one", async () => {
    const local = wheel("alpha", "1.0");
    const folder = folderWith({ [local[0]]: local[1], "requirements.txt": `--no-index\n./${local[0]}\n` });
    const lock = await resolve(folder, al2023);
    expect(lock.packages[0]?.source).toMatchObject({
      kind: "wheel",
      file: { path: local[0], sha256: sha256Of(local[1]) },
    });
  });

  test("a commit of a repository is pinned", async () => {
    const repository = folderWith({
      "pyproject.toml":
        '[project]\nname = "git-lib"\nversion = "1.0"\n[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n',
    });
    const git = (...args: readonly string[]): Promise<unknown> =>
      runProgram("git", ["-c", "user.name=n", "-c", "user.email=e@example.org", ...args], {
        ...inContext(context),
        cwd: repository,
      });
    await git("init", "--quiet");
    await git("add", ".");
    await git("commit", "--quiet", "-m", "First");
    const url = pathToFileURL(repository).href;
    const lock = await resolve(folderWith({ "requirements.txt": `git+${url}#egg=git-lib\n` }), al2023);
    expect(lock.packages).toMatchObject([
      {
        name: "git-lib",
        source: { kind: "vcs", type: "git", url, commit: expect.stringMatching(/^[0-9a-f]{40}$/) },
      },
    ]);
  });

  test("with an sdist among them, newer wheels for a newer glibc are still passed over", async () => {
    const house = wheelhouse(
      wheel("alpha", "1.0", "cp311-cp311-manylinux_2_17_x86_64"),
      wheel("alpha", "1.1", "cp311-cp311-manylinux_2_28_x86_64"),
    );
    const folder = folderWith({
      "requirements.txt": `--find-links ../${house.split("/").at(-1)}\nalpha\ndocopt==0.6.2\n`,
    });
    const lock = await resolve(folder, al2);
    expect(
      lock.packages.filter((entry) => entry.name !== "docopt").map((entry) => entry.source.kind),
    ).toEqual(["wheel"]);
    expect(versions(lock)).toEqual({ alpha: "1.0", docopt: "0.6.2" });
  });

  test("offline, what uv's cache lacks is said", async () => {
    const folder = folderWith({ "requirements.txt": "charset-normalizer\n" });
    const env = { BRIG_OFFLINE: "1", UV_CACHE_DIR: join(root, "empty") };
    await expect(resolve(folder, al2023, {}, env)).rejects.toMatchObject({
      code: "offline",
      message: expect.stringContaining("charset-normalizer"),
    });
  });

  test("nothing required is an empty lock, without uv", async () => {
    const folder = folderWith({ "requirements.txt": "# nothing\n" });
    expect((await resolve(folder, al2023, {}, { BRIG_OFFLINE: "1", PATH: "" })).packages).toEqual([]);
  });
});
