/** Nothing is lost: kills, interruptions, and files that are torn, edited or removed behind brig's back. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { brig, buildOne, makeWorkspace, writeFiles } from "./support/brig.ts";
import { runtime } from "./support/python.ts";
import {
  expectNoLeftovers,
  expectTreeOfZip,
  expectWholeLinks,
  linksOf,
  readManifestOf,
  sha256OfFile,
} from "./support/builds.ts";
import { killAtChange, randomNumbers, runs, startBrig, waitUntil } from "./support/processes.ts";
import { writeWheels } from "./support/wheels.ts";
import { zipText } from "./support/zip-names.ts";

const settings = `function: {Runtime: ${runtime}}\n`;
const handler = (word: string): string => `def lambda_handler(event, context):\n    return '${word}'\n`;
const passesWhenGood = "#!/bin/sh\ngrep -q good $1/lambda_function.py\n";

function makeFunction(files: Readonly<Record<string, string>> = {}): {
  folder: string;
  path: string;
  builds: string;
  source: string;
} {
  const folder = makeWorkspace({
    "brig.yaml": settings,
    "functions/hello/src/lambda_function.py": handler("good 0"),
    "functions/hello/scripts/test": passesWhenGood,
    ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`functions/hello/${name}`, text])),
  });
  const path = join(folder, "functions/hello");
  return { folder, path, builds: join(path, "builds"), source: join(path, "src/lambda_function.py") };
}

/** A build that nothing disturbs makes everything right again. */
async function expectRecovery(path: string, word: string, why: string): Promise<void> {
  const row = await buildOne(path);
  const builds = join(path, "builds");
  const isGood = word.startsWith("good");
  expect(row.tests.status, why).toBe(isGood ? "passed" : "failed");
  expect(zipText(join(builds, row.links.staged!), "lambda_function.py"), why).toBe(handler(word));
  if (isGood) expect(row.links.current, why).toBe(row.links.staged);
  expectWholeLinks(builds, why);
  expectNoLeftovers(builds, why);
  expectTreeOfZip(join(path, "stg"), join(builds, row.links.staged!));
}

describe("kill -9", () => {
  test("at random moments of a build of several hundred files", { timeout: 240_000 }, async () => {
    const seed = Number(process.env["BRIG_TEST_SEED"] ?? Date.now() % 1e9);
    const random = randomNumbers(seed);
    const modules = Array.from({ length: 400 }, (_, index): [string, string] => [
      `src/package_${index % 12}/module_${index}.py`,
      `VALUE = ${index}\n\n\ndef value():\n    return VALUE\n`,
    ]);
    const { folder, path, builds, source } = makeFunction(Object.fromEntries(modules));
    for (const version of ["1.0", "2.0"]) {
      const parts = Array.from({ length: 200 }, (_, index) => [
        `small/part_${index}.py`,
        `VERSION = "${version}"\n`,
      ]);
      writeWheels(join(folder, "wheels"), { name: "small", version, files: Object.fromEntries(parts) });
    }
    const requireVersion = (version: string): void =>
      writeFiles(path, { "requirements.txt": `--no-index\n--find-links ../../wheels\nsmall==${version}\n` });
    let version = "1.0";
    requireVersion(version);
    const began = performance.now();
    await buildOne(path);
    const whole = performance.now() - began;
    const rounds = 16;
    for (let round = 1; round <= rounds; round += 1) {
      const why = `BRIG_TEST_SEED=${seed}, round ${round}`;
      const word = `${random() < 0.7 ? "good" : "bad"} ${round}`;
      writeFileSync(source, handler(word));
      // Every file is staged and compressed anew in some rounds: as after `git pull`.
      if (random() < 0.3) rmSync(join(path, "stg"), { recursive: true, force: true });
      if (random() < 0.4) version = version === "1.0" ? "2.0" : "1.0";
      requireVersion(version);
      for (let index = 0; index < 60; index += 1) {
        appendFileSync(join(path, modules[Math.floor(random() * modules.length)]![0]), `# ${round}\n`);
      }
      const started = startBrig(path, ["build"]);
      const timer = setTimeout(() => started.child.kill("SIGKILL"), random() * whole);
      await started.ended;
      clearTimeout(timer);
      expectWholeLinks(builds, why);
      if (round % 4 !== 0) continue;
      await expectRecovery(path, word, why);
      const staged = join(builds, linksOf(builds)["staged"]!);
      expect(zipText(staged, "small/part_7.py"), why).toBe(`VERSION = "${version}"\n`);
    }
  });

  test("at each single change of builds/, in order", { timeout: 240_000 }, async () => {
    const { path, builds, source } = makeFunction();
    await buildOne(path);
    let count = 1;
    for (let more = true; more; count += 1) {
      const why = `killed at change ${count}`;
      const word = `${count % 5 === 0 ? "bad" : "good"} ${count}`;
      writeFileSync(source, handler(word));
      more = await killAtChange(startBrig(path, ["build"]), builds, count);
      expectWholeLinks(builds, why);
      if (count % 4 === 0) await expectRecovery(path, word, why);
    }
    expect(count).toBeGreaterThan(8);
    await expectRecovery(path, `${(count - 1) % 5 === 0 ? "bad" : "good"} ${count - 1}`, "after all");
  });

  test("a lock that a dead process left never needs a hand, nor a wait", async () => {
    const { path, builds } = makeFunction({ "scripts/test": "#!/bin/sh\ntouch builds/.testing\nsleep 30\n" });
    const started = startBrig(path, ["build"]);
    await waitUntil(() => existsSync(join(builds, ".testing")));
    started.child.kill("SIGKILL");
    expect(existsSync(join(builds, ".lock"))).toBe(true);
    writeFileSync(join(path, "scripts/test"), passesWhenGood);
    const began = performance.now();
    expect((await buildOne(path)).tests.status).toBe("passed");
    expect(performance.now() - began).toBeLessThan(8000);
    expect(existsSync(join(builds, ".lock"))).toBe(false);
  });
});

describe("Ctrl-C", () => {
  const sleeping = "#!/bin/sh\necho $$ > leader\nsleep 300 &\necho $! > child\nwait\n";

  /** The shell opens a file before it writes to it. */
  const isWritten = (file: string): boolean => existsSync(file) && readFileSync(file, "utf8") !== "";

  for (const [signal, status] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    test(`${signal} during the tests: children stopped, exit ${status}, everything as before`, async () => {
      const { path, builds, source } = makeFunction();
      await buildOne(path);
      writeFileSync(source, handler("good 1"));
      await buildOne(path);
      const before = {
        links: linksOf(builds),
        names: readdirSync(builds).filter((name) => /^\d/.test(name)),
      };
      writeFileSync(source, handler("good 2"));
      writeFiles(path, { "scripts/test": sleeping });
      const { child, ended } = startBrig(path, ["build", "--json"]);
      await waitUntil(() => isWritten(join(path, "child")));
      child.kill(signal);
      const result = await ended;
      expect(result.status).toBe(status);
      expect(JSON.parse(result.stdout)).toMatchObject({ error: { code: "interrupted" } });
      await waitUntil(() => !runs(join(path, "leader")) && !runs(join(path, "child")), 5000);
      expect(linksOf(builds)).toEqual(before.links);
      expect(readdirSync(builds).filter((name) => /^\d/.test(name))).toEqual(before.names);
      writeFiles(path, { "scripts/test": passesWhenGood });
      await expectRecovery(path, "good 2", signal);
    });
  }

  test("during the tests of the very first build: no link is left", async () => {
    const { path, builds } = makeFunction({ "scripts/test": sleeping });
    const { child, ended } = startBrig(path, ["build"]);
    await waitUntil(() => isWritten(join(path, "child")));
    child.kill("SIGINT");
    const { status, stderr } = await ended;
    expect(status).toBe(130);
    expect(stderr).toContain("error: interrupted: ");
    expect(linksOf(builds)).toEqual({});
  });

  test("a lock that this build wrote goes again, or is as it was", async () => {
    const local = "--no-index\n--find-links wheels\n";
    const { path } = makeFunction({ "requirements.txt": `${local}one\n`, "scripts/test": sleeping });
    writeWheels(join(path, "wheels"), { name: "one" }, { name: "two" });
    const lock = join(path, "pylock.toml");
    const interrupt = async (): Promise<void> => {
      rmSync(join(path, "child"), { force: true });
      const { child, ended } = startBrig(path, ["build"]);
      await waitUntil(() => isWritten(join(path, "child")));
      expect(readFileSync(lock, "utf8")).toContain('name = "one"');
      child.kill("SIGINT");
      expect((await ended).status).toBe(130);
    };
    await interrupt();
    expect(existsSync(lock)).toBe(false);
    expect((await brig(path, ["lock"])).status).toBe(0);
    const before = readFileSync(lock, "utf8");
    await interrupt();
    expect(readFileSync(lock, "utf8")).toBe(before);
    writeFiles(path, { "requirements.txt": `${local}two\none\n` });
    await interrupt();
    expect(readFileSync(lock, "utf8")).toBe(before);
    // Where it ends well or badly by itself, the lock stays.
    writeFiles(path, { "scripts/test": "#!/bin/sh\nexit 1\n" });
    expect((await brig(path, ["build"])).status).toBe(1);
    expect(readFileSync(lock, "utf8")).toContain('name = "two"');
  });

  test("tests that do not listen are killed all the same", async () => {
    const deaf =
      "#!/bin/sh\ntrap '' TERM INT\necho $$ > leader\nsleep 300 &\necho $! > child\nwait\nsleep 300\n";
    const { path } = makeFunction({ "scripts/test": deaf });
    const { child, ended } = startBrig(path, ["build"]);
    await waitUntil(() => isWritten(join(path, "child")));
    child.kill("SIGINT");
    expect((await ended).status).toBe(130);
    await waitUntil(() => !runs(join(path, "leader")) && !runs(join(path, "child")), 5000);
  });

  test("during build.command: its children stopped, exit 130, everything as before", async () => {
    const { path, builds } = makeFunction({
      "brig.yaml": "function: {Runtime: provided.al2023}\nbuild: {command: [sh, make.sh], output: dist/}\n",
      "make.sh":
        "mkdir -p dist\necho good > dist/lambda_function.py\ncp dist/lambda_function.py dist/bootstrap\n",
    });
    await buildOne(path);
    const before = linksOf(builds);
    writeFiles(path, { "make.sh": sleeping });
    const { child, ended } = startBrig(path, ["build"]);
    await waitUntil(() => isWritten(join(path, "child")));
    child.kill("SIGINT");
    expect((await ended).status).toBe(130);
    await waitUntil(() => !runs(join(path, "leader")) && !runs(join(path, "child")), 5000);
    expect(linksOf(builds)).toEqual(before);
    expectNoLeftovers(builds);
  });

  test("while it waits for another brig", async () => {
    const { path, builds } = makeFunction({ "scripts/test": "#!/bin/sh\ntouch builds/.testing\nsleep 5\n" });
    const first = startBrig(path, ["build"]);
    await waitUntil(() => existsSync(join(builds, ".testing")));
    const second = startBrig(path, ["build"]);
    await waitUntil(() => second.told().includes("waiting for another brig"));
    second.child.kill("SIGINT");
    expect((await second.ended).status).toBe(130);
    expect((await first.ended).status).toBe(0);
    expectWholeLinks(builds, "the first one ended well");
  });
});

describe("what is torn or edited behind brig's back", () => {
  async function makeBuilt(): Promise<ReturnType<typeof makeFunction> & { sha256: string; zip: string }> {
    const made = makeFunction({ "src/package/data.txt": "data\n".repeat(5000), "src/tool": "#!/bin/sh\n" });
    const { sha256, links } = await buildOne(made.path);
    return { ...made, sha256: sha256!, zip: links.staged! };
  }

  async function expectRepaired(
    { path, builds, sha256 }: Awaited<ReturnType<typeof makeBuilt>>,
    why: string,
  ): Promise<void> {
    const row = await buildOne(path);
    expect(row.error, why).toBeNull();
    expect(row.sha256, why).toBe(sha256);
    expect(sha256OfFile(join(builds, row.links.staged!)), why).toBe(sha256);
    expect(sha256OfFile(join(builds, row.links.current!)), why).toBe(sha256);
    expectTreeOfZip(join(path, "stg"), join(builds, row.links.staged!));
  }

  test("state, stage record and manifest, cut anywhere or with other bytes in them", async () => {
    const built = await makeBuilt();
    for (const name of [
      ".state.json",
      ".stage.json",
      ".stage-own.json",
      built.zip.replace(".zip", ".json"),
    ]) {
      const file = join(built.builds, name);
      const whole = readFileSync(file);
      for (const [what, bytes] of [
        ["empty", Buffer.alloc(0)],
        ["half", whole.subarray(0, whole.length / 2)],
        ["zeros", Buffer.alloc(whole.length)],
        ["null", Buffer.from("null\n")],
        ["a list", Buffer.from("[]")],
        ["other types", Buffer.from('{"version": 1, "inputs": null, "files": 3}')],
      ] as const) {
        writeFileSync(file, bytes);
        await expectRepaired(built, `${name}: ${what}`);
      }
    }
  });

  test("the staged zip: cut, of the same size but other bytes, gone, a folder", async () => {
    const built = await makeBuilt();
    const file = (): string => join(built.builds, linksOf(built.builds)["staged"]!);
    truncateSync(file(), 100);
    await expectRepaired(built, "cut");
    const bytes = readFileSync(file());
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(file(), bytes);
    const { mtime } = statSync(file());
    utimesSync(file(), mtime, mtime);
    await expectRepaired(built, "flipped");
    rmSync(file());
    await expectRepaired(built, "gone");
    expectWholeLinks(built.builds, "gone");
    expectNoLeftovers(built.builds);
  });

  test("links: gone, dangling, out of the folder, a file or a folder in their place", async () => {
    const built = await makeBuilt();
    for (const name of ["staged", "current", "previous"]) {
      const path = join(built.builds, name);
      for (const spoil of [
        () => {},
        () => symlinkSync("19700101000000-nowhere.zip", path),
        () => symlinkSync("/etc/hostname", path),
        () => symlinkSync(`../builds/${built.zip}`, path),
        () => writeFileSync(path, "a file"),
      ]) {
        rmSync(path, { recursive: true, force: true });
        spoil();
        if (name === "previous") rmSync(join(built.builds, "current"), { force: true });
        await expectRepaired(built, `${name}: ${spoil.toString()}`);
      }
    }
  });

  test("stg/: edited, removed, added to, with links out of it, gone, replaced", async () => {
    const built = await makeBuilt();
    const stg = join(built.path, "stg");
    const outside = join(built.folder, "outside");
    mkdirSync(outside);
    writeFileSync(join(outside, "data.txt"), "keep me");
    const spoils: readonly (() => void)[] = [
      () => appendFileSync(join(stg, "lambda_function.py"), "# edited\n"),
      () => {
        const file = join(stg, "lambda_function.py");
        const { atime, mtime } = statSync(file);
        writeFileSync(file, handler("evil 0"));
        utimesSync(file, atime, mtime);
      },
      () => unlinkSync(join(stg, "package/data.txt")),
      () => writeFileSync(join(stg, "package/extra.py"), "x = 1\n"),
      () => writeFiles(stg, { "deep/er/extra.py": "x = 1\n" }),
      () => mkdirSync(join(stg, "package/empty")),
      () => {
        rmSync(join(stg, "package"), { recursive: true });
        symlinkSync(outside, join(stg, "package"));
      },
      () => {
        renameSync(join(stg, "package"), join(built.folder, "moved"));
        symlinkSync(join(built.folder, "moved"), join(stg, "package"));
      },
      () => {
        unlinkSync(join(stg, "tool"));
        symlinkSync(join(outside, "data.txt"), join(stg, "tool"));
      },
      () => {
        unlinkSync(join(stg, "tool"));
        writeFiles(stg, { "tool/file": "x" });
      },
      () => rmSync(stg, { recursive: true }),
      () => {
        rmSync(stg, { recursive: true });
        symlinkSync(outside, stg);
      },
      () => {
        rmSync(stg, { recursive: true });
        writeFileSync(stg, "a file");
      },
    ];
    for (const spoil of spoils) {
      spoil();
      await expectRepaired(built, spoil.toString());
    }
    expect(readFileSync(join(outside, "data.txt"), "utf8")).toBe("keep me");
    expect(readdirSync(outside)).toEqual(["data.txt"]);
    expect(linksOf(built.builds)).toEqual({ staged: built.zip, current: built.zip });
  });

  test("a dependency's file in stg/, edited in its place: never in a zip, and put right before tests", async () => {
    const { path, builds, source } = makeFunction({
      "requirements.txt": "--no-index\n--find-links wheels\none\n",
      "scripts/test": "#!/bin/sh\n! grep -r edited $1\n",
    });
    writeWheels(join(path, "wheels"), { name: "one" });
    const first = await buildOne(path);
    expect(first.tests.status).toBe("passed");
    const spoil = (): void => appendFileSync(join(path, "stg/one.py"), "# edited\n");
    const own = (row: { links: { staged: string | null } }): string =>
      zipText(join(builds, row.links.staged!), "one.py");
    spoil();
    for (const args of [["build", "--no-test"], ["build"]]) {
      expect(await buildOne(path, args), args.join(" ")).toMatchObject({ sha256: first.sha256 });
    }
    for (const [index, args] of [
      ["build", "--no-test"],
      ["build"],
      ["build", "--no-test", "--force"],
    ].entries()) {
      spoil();
      writeFileSync(source, handler(`good ${index + 1}`));
      const row = await buildOne(path, args);
      expect(row, args.join(" ")).toMatchObject({ status: "built", error: null });
      expect(own(row), args.join(" ")).toBe(own(first));
    }
    spoil();
    expect((await buildOne(path, ["test"])).tests.status).toBe("passed");
    expectTreeOfZip(join(path, "stg"), join(builds, linksOf(builds)["staged"]!));
  });

  test("builds/ gone: built anew, the same bytes", async () => {
    const built = await makeBuilt();
    rmSync(built.builds, { recursive: true });
    await expectRepaired(built, "gone");
  });

  test("a build that tests have not passed is never `current`, however often it is built", async () => {
    const { path, builds, source } = makeFunction();
    const good = await buildOne(path);
    writeFileSync(source, handler("bad"));
    for (let round = 0; round < 3; round += 1) {
      expect((await brig(path, ["build"])).status).toBe(1);
      expect(linksOf(builds)["current"]).toBe(good.links.current);
    }
    expect(readManifestOf(builds, linksOf(builds)["staged"]!).tests.status).toBe("failed");
    await brig(path, ["build", "--no-test"]);
    expect(linksOf(builds)["current"]).toBe(good.links.current);
    expect((await buildOne(path, ["build", "--no-test", "--force"])).links.current).toBe(good.links.current);
  });

  test("--no-test never moves `current`, not even to what `brig test` passed", async () => {
    const { path, source } = makeFunction();
    const good = await buildOne(path);
    writeFileSync(source, handler("good again"));
    const tested = await buildOne(path, ["test"]);
    expect(tested).toMatchObject({ tests: { status: "passed" }, links: { current: good.links.current } });
    // Not by its stamps alone is it seen that nothing changed.
    writeFileSync(source, handler("good again"));
    for (let round = 0; round < 2; round += 1) {
      const row = await buildOne(path, ["build", "--no-test"]);
      expect(row).toMatchObject({ status: "unchanged", tests: { status: "skipped" }, links: tested.links });
    }
    expect((await buildOne(path)).links).toEqual({
      staged: tested.links.staged,
      current: tested.links.staged,
      previous: good.links.current,
    });
  });
});
