/** Full disks, stores that cannot be written, and stores whose files are not what they were. */
import { randomBytes } from "node:crypto";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { BuildRow } from "../src/build/report.ts";
import { brig, buildOne, type Env, makeWorkspace, temporaryFolder } from "./support/brig.ts";
import { expectNoLeftovers, expectTreeOfZip, expectWholeLinks, linksOf } from "./support/builds.ts";
import { canMount, mountSmall, remount } from "./support/mounts.ts";
import { runtime, uvFile } from "./support/python.ts";
import { writeWheels } from "./support/wheels.ts";

const handler = "def lambda_handler(event, context):\n    return 1\n";
const noTests = { "functions/hello/src/lambda_function.py": handler };

let path: string;
beforeAll(async () => {
  // Stores of their own have no uv: this one is found on PATH.
  path = `${dirname(await uvFile())}:${process.env["PATH"]}`;
});

/** A function with two dependencies from local wheels, and a store of its own. */
function makeFunction(): { folder: string; builds: string; store: string; env: Env } {
  const folder = makeWorkspace({
    ...noTests,
    "brig.yaml": `function: {Runtime: ${runtime}}\n`,
    "functions/hello/requirements.txt": "--no-index\n--find-links ../../wheels\nsmall==1.0\nother==1.0\n",
    "functions/hello/src/large.txt": "first-party text\n".repeat(3000),
  });
  writeWheels(
    join(folder, "wheels"),
    { name: "small", files: { "small/__init__.py": "one = 1\n", "small/data.txt": "data ".repeat(2000) } },
    { name: "other", requires: ["small"] },
  );
  const store = join(temporaryFolder(), "store");
  const env = { BRIG_CACHE_DIR: store, PATH: path };
  return { folder, builds: join(folder, "functions/hello/builds"), store, env };
}

/** Builds and expects `disk-full` in the row or as the command's own error. */
async function expectRefused(
  folder: string,
  env: Env,
  code: string,
  args: readonly string[] = [],
): Promise<string> {
  const { status, stdout } = await brig(folder, ["build", "hello", "--json", ...args], env);
  const document = JSON.parse(stdout) as { error?: BuildRow["error"]; functions?: BuildRow[] };
  const error = document.error ?? document.functions?.[0]?.error;
  expect(error?.code, stdout).toBe(code);
  expect(status).toBe(1);
  return error!.message;
}

/** Leaves this many kilobytes free. */
function fill(folder: string, free: number): void {
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(join(folder, "filler"), Buffer.alloc(Math.max(0, bavail * bsize - free * 1024)));
}

describe.skipIf(!canMount)("a full disk (needs the right to mount)", () => {
  test("builds/: disk-full, zips and links as they were, and right again when there is room", async () => {
    const folder = makeWorkspace({ ...noTests, "brig.yaml": `function: {Runtime: ${runtime}}\n` });
    const builds = join(folder, "functions/hello/builds");
    mountSmall(builds, 400);
    const first = await buildOne(folder, ["build", "hello"]);
    const asset = join(folder, "functions/hello/src/asset.bin");
    for (const size of [1_000_000, 6_000_000]) {
      writeFileSync(asset, randomBytes(size));
      const message = await expectRefused(folder, {}, "disk-full");
      expect(message).toContain("functions/hello/builds");
      expect(linksOf(builds)).toEqual({ staged: first.links.staged, current: first.links.staged });
      expectWholeLinks(builds, "full");
      expectNoLeftovers(builds);
    }
    rmSync(asset);
    const again = await buildOne(folder, ["build", "hello"]);
    expect(again).toMatchObject({ status: "unchanged", sha256: first.sha256, links: first.links });
    expectTreeOfZip(join(folder, "functions/hello/stg"), join(builds, first.links.staged!));
  });

  test("builds/ with less and less room: done or disk-full, never anything else", async () => {
    const folder = makeWorkspace({ ...noTests, "brig.yaml": `function: {Runtime: ${runtime}}\n` });
    const builds = join(folder, "functions/hello/builds");
    mountSmall(builds, 400);
    await buildOne(folder, ["build", "hello"]);
    const statuses = new Set<string>();
    for (let free = 0; free <= 48; free += 8) {
      fill(builds, free);
      writeFileSync(join(folder, "functions/hello/src/lambda_function.py"), `${handler}# ${free}\n`);
      const { status, stdout, stderr } = await brig(folder, ["build", "hello", "--json"]);
      const document = JSON.parse(stdout) as { error?: BuildRow["error"]; functions?: BuildRow[] };
      const code = (document.error ?? document.functions?.[0]?.error)?.code;
      expect([0, 1], stdout + stderr).toContain(status);
      if (status === 1) expect(code, stdout).toBe("disk-full");
      statuses.add(code ?? "done");
      expectWholeLinks(builds, `${free} kB free`);
      rmSync(join(builds, "filler"));
    }
    expect([...statuses].toSorted()).toEqual(["disk-full", "done"]);
    const row = await buildOne(folder, ["build", "hello"]);
    expect(row.links.current).toBe(row.links.staged);
    expectNoLeftovers(builds);
  });

  test("stg/: disk-full, zips and links as they were", async () => {
    const folder = makeWorkspace({ ...noTests, "brig.yaml": `function: {Runtime: ${runtime}}\n` });
    const builds = join(folder, "functions/hello/builds");
    mountSmall(join(folder, "functions/hello/stg"), 64);
    const first = await buildOne(folder, ["build", "hello"]);
    writeFileSync(join(folder, "functions/hello/src/asset.bin"), Buffer.alloc(500_000));
    expect(await expectRefused(folder, {}, "disk-full")).toContain("functions/hello/stg");
    expect(linksOf(builds)).toEqual({ staged: first.links.staged, current: first.links.staged });
    expectNoLeftovers(builds);
    rmSync(join(folder, "functions/hello/src/asset.bin"));
    expect((await buildOne(folder, ["build", "hello"])).sha256).toBe(first.sha256);
  });

  test("the folder of temporary files, with less and less room: done or disk-full", async () => {
    const { folder, env } = makeFunction();
    const small = temporaryFolder();
    mountSmall(small, 128);
    const codes = new Set<string>();
    for (let free = 0; free <= 64; free += 8) {
      fill(small, free);
      rmSync(join(folder, "functions/hello/pylock.toml"), { force: true });
      const { status, stdout, stderr } = await brig(folder, ["lock", "hello", "--json"], {
        ...env,
        TMPDIR: small,
      });
      const document = JSON.parse(stdout) as { functions?: { error: BuildRow["error"] }[] };
      const error = document.functions?.[0]?.error;
      expect(status, stdout + stderr).toBe(error === null ? 0 : 1);
      if (error) expect(`${error.message} ${error.hint}`).toContain(small);
      codes.add(error?.code ?? "done");
      rmSync(join(small, "filler"));
      expect(readdirSync(small)).toEqual([]);
    }
    expect([...codes].toSorted()).toEqual(["disk-full", "done"]);
  });

  test("the store, with less and less room: done or disk-full, and done when there is room", async () => {
    const { folder, builds, store, env } = makeFunction();
    const { sha256 } = await buildOne(folder, ["build", "hello"], env);
    const small = temporaryFolder();
    mountSmall(small, 400);
    const codes = new Set<string>();
    for (const free of [0, 8, 16, 32, 64]) {
      for (const name of readdirSync(small)) rmSync(join(small, name), { recursive: true });
      fill(small, free);
      rmSync(join(folder, "functions/hello/stg"), { recursive: true, force: true });
      const { status, stdout, stderr } = await brig(folder, ["build", "hello", "--json"], {
        ...env,
        BRIG_CACHE_DIR: small,
      });
      const document = JSON.parse(stdout) as { error?: BuildRow["error"]; functions?: BuildRow[] };
      const error = document.error ?? document.functions?.[0]?.error;
      expect([0, 1], stdout + stderr).toContain(status);
      if (status === 1) expect(error?.code, stdout).toBe("disk-full");
      codes.add(error?.code ?? "done");
      expectWholeLinks(builds, `${free} kB free`);
    }
    expect([...codes]).toContain("disk-full");
    rmSync(join(small, "filler"));
    expect((await buildOne(folder, ["build", "hello"], { ...env, BRIG_CACHE_DIR: small })).sha256).toBe(
      sha256,
    );
    expect(existsSync(store)).toBe(true);
  });
});

describe.skipIf(!canMount)("a store that cannot be written (needs the right to mount)", () => {
  test("works when it is warm, and is store-unwritable when it lacks something", async () => {
    const { folder, store, env } = makeFunction();
    mountSmall(store, 4000);
    const first = await buildOne(folder, ["build", "hello"], env);
    remount(store, "ro");
    for (const name of ["stg", "builds"]) rmSync(join(folder, "functions/hello", name), { recursive: true });
    expect((await buildOne(folder, ["build", "hello"], env)).sha256).toBe(first.sha256);
    // Own source that the store has not seen needs no place in it.
    writeFileSync(join(folder, "functions/hello/src/lambda_function.py"), `${handler}# edited\n`);
    writeFileSync(join(folder, "functions/hello/src/large.txt"), "edited\n".repeat(5000));
    expect((await buildOne(folder, ["build", "hello"], env)).error).toBeNull();
    writeWheels(join(folder, "wheels"), { name: "third" });
    writeFileSync(
      join(folder, "functions/hello/requirements.txt"),
      "--no-index\n--find-links ../../wheels\nsmall==1.0\nthird==1.0\n",
    );
    const message = await expectRefused(folder, env, "store-unwritable");
    expect(message).toContain(store);
    remount(store, "rw");
    expect((await buildOne(folder, ["build", "hello"], env)).error).toBeNull();
  });
});

test("a folder of temporary files that is not there: the error says so", async () => {
  const { folder, env } = makeFunction();
  const message = await expectRefused(folder, { ...env, TMPDIR: "/nowhere/at all" }, "store-unwritable");
  expect(message).toContain("/nowhere/at all");
});

describe("a store whose files are not what they were", () => {
  function filesOf(folder: string): string[] {
    return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
      (name) => name !== "CACHEDIR.TAG" && lstatSync(join(folder, name)).isFile(),
    );
  }

  /** From nothing but lock and store. */
  async function buildAnew(folder: string, env: Env): Promise<BuildRow> {
    for (const name of ["stg", "builds"])
      rmSync(join(folder, "functions/hello", name), { recursive: true, force: true });
    return await buildOne(folder, ["build", "hello", "--frozen"], env);
  }

  test("one flipped bit in any file: repaired, never used", async () => {
    const { folder, store, env } = makeFunction();
    const { sha256 } = await buildOne(folder, ["build", "hello"], env);
    const kept = join(temporaryFolder(), "kept");
    cpSync(store, kept, { recursive: true });
    const files = filesOf(store);
    expect(new Set(files.map((file) => file.split("/")[0])).size).toBeGreaterThan(2);
    for (const file of files) {
      const bytes = readFileSync(join(kept, file));
      bytes[bytes.length >> 1]! ^= 1;
      rmSync(store, { recursive: true });
      cpSync(kept, store, { recursive: true });
      writeFileSync(join(store, file), bytes);
      const row = await buildAnew(folder, env);
      expect(row.error, file).toBeNull();
      expect(row.sha256, file).toBe(sha256);
      expectTreeOfZip(join(folder, "functions/hello/stg"), join(folder, row.zip!));
    }
  });

  test("what a killed brig left half fetched goes when there is another to fetch", async () => {
    const { folder, store, env } = makeFunction();
    await buildOne(folder, ["build", "hello"], env);
    const leftovers = ["wheels", "bytecode"].flatMap((kind) =>
      readdirSync(join(store, kind))
        .filter((part) => /^[0-9a-f]{2}$/.test(part))
        .map((part) => join(store, kind, part, ".tmp-999999-half")),
    );
    expect(leftovers.length).toBeGreaterThan(2);
    for (const file of leftovers) {
      for (const name of readdirSync(dirname(file))) rmSync(join(dirname(file), name));
      writeFileSync(file, "half");
      writeFileSync(`${file}-fresh`, "at work");
      utimesSync(file, 1000, 1000);
    }
    expect((await buildOne(folder, ["build", "hello", "--force"], env)).error).toBeNull();
    for (const file of leftovers) {
      expect(existsSync(file), file).toBe(false);
      expect(existsSync(`${file}-fresh`), file).toBe(true);
    }
  });

  test("every file at once: a bit near the end, zeros, cut short, gone", async () => {
    const { folder, store, env } = makeFunction();
    const { sha256 } = await buildOne(folder, ["build", "hello"], env);
    for (const spoil of [
      (bytes: Buffer): Buffer =>
        bytes.map((byte, index) => (index === bytes.length - 20 ? byte ^ 1 : byte)) as Buffer,
      (bytes: Buffer): Buffer => bytes.fill(0),
      (bytes: Buffer): Buffer => bytes.subarray(0, 50),
      (): undefined => undefined,
    ]) {
      for (const file of filesOf(store)) {
        const spoilt = spoil(readFileSync(join(store, file)));
        if (spoilt) writeFileSync(join(store, file), spoilt);
        else rmSync(join(store, file));
      }
      const row = await buildAnew(folder, env);
      expect(row.error, spoil.toString()).toBeNull();
      expect(row.sha256, spoil.toString()).toBe(sha256);
      expectTreeOfZip(join(folder, "functions/hello/stg"), join(folder, row.zip!));
    }
    rmSync(store, { recursive: true });
    expect((await buildAnew(folder, env)).sha256).toBe(sha256);
  });

  test("the environment that tests run in: put right before they do", async () => {
    const { folder, env, store } = makeFunction();
    const tests = join(folder, "functions/hello/tests");
    mkdirSync(tests);
    writeFileSync(join(tests, "test_it.py"), "def test_it():\n    import small\n");
    expect((await buildOne(folder, ["build", "hello"], env)).tests.status).toBe("passed");
    const environments = join(store, "test-environments");
    const within = (end: string): string => {
      const found = readdirSync(environments, { recursive: true, encoding: "utf8" }).filter((name) =>
        name.endsWith(end),
      );
      expect(found).not.toEqual([]);
      return join(environments, found[0]!);
    };
    // Were one linked to uv's cache, what is written into it would be written into that.
    expect(statSync(within("/pytest/__init__.py")).nlink).toBe(1);
    for (const [end, spoilt] of [
      ["/pytest/__init__.py", ""],
      ["/_pytest/main.py", undefined],
    ] as const) {
      const file = within(end);
      const before = readFileSync(file, "utf8");
      rmSync(file);
      if (spoilt !== undefined) writeFileSync(file, spoilt);
      const row = await buildOne(folder, ["test", "hello"], env);
      expect(row.tests.status, end).toBe("passed");
      expect(readFileSync(file, "utf8"), end).toBe(before);
    }
  });

  test("a damaged wheel whose source is gone is refused, not used", async () => {
    const { folder, store, env } = makeFunction();
    await buildOne(folder, ["build", "hello"], env);
    rmSync(join(folder, "wheels"), { recursive: true });
    mkdirSync(join(folder, "wheels"));
    for (const file of filesOf(store).filter((name) => name.startsWith("wheels/"))) {
      const bytes = readFileSync(join(store, file));
      bytes[bytes.length >> 1]! ^= 1;
      writeFileSync(join(store, file), bytes);
    }
    rmSync(join(folder, "functions/hello/stg"), { recursive: true });
    rmSync(join(folder, "functions/hello/builds"), { recursive: true });
    const { status, stdout } = await brig(folder, ["build", "hello", "--frozen", "--json"], env);
    expect(status).toBe(1);
    const [row] = (JSON.parse(stdout) as { functions: BuildRow[] }).functions;
    expect(["download-failed", "hash-mismatch", "requirements-invalid", "wheel-missing"], stdout).toContain(
      row!.error?.code,
    );
    expect(existsSync(join(folder, "functions/hello/builds/staged"))).toBe(false);
  });
});
