/** Several brigs at once, on one function and on one store. */
import { readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import type { BuildRow } from "../src/build/report.ts";
import { type Env, makeWorkspace, temporaryFolder } from "./support/brig.ts";
import { expectNoLeftovers, expectTreeOfZip, expectWholeLinks, linksOf } from "./support/builds.ts";
import { type Started, startBrig } from "./support/processes.ts";
import { runtime, uvFile } from "./support/python.ts";
import { writeWheels } from "./support/wheels.ts";

const handler = "def lambda_handler(event, context):\n    return 1\n";
const requirements = "--no-index\n--find-links ../../wheels\nsmall==1.0\nother==1.0\n";

let path: string;
beforeAll(async () => {
  path = `${dirname(await uvFile())}:${process.env["PATH"]}`;
});

function makeFunctions(...names: readonly string[]): { folder: string; env: Env } {
  const files = names.flatMap((name) => [
    [`functions/${name}/src/lambda_function.py`, handler],
    [`functions/${name}/requirements.txt`, requirements],
    [`functions/${name}/scripts/test`, "#!/bin/sh\nsleep 0.3\ntest -f $1/small/data.txt\n"],
  ]);
  const folder = makeWorkspace({
    "brig.yaml": `function: {Runtime: ${runtime}}\n`,
    ...Object.fromEntries(files),
  });
  writeWheels(
    join(folder, "wheels"),
    { name: "small", files: { "small/__init__.py": "one = 1\n", "small/data.txt": "data ".repeat(2000) } },
    { name: "other", requires: ["small"] },
  );
  return { folder, env: { BRIG_CACHE_DIR: join(temporaryFolder(), "store"), PATH: path } };
}

async function finish(started: readonly Started[]): Promise<{ rows: BuildRow[]; stderr: string[] }> {
  const results = await Promise.all(started.map(({ ended }) => ended));
  for (const { status, stderr, stdout } of results) expect(status, stdout + stderr).toBe(0);
  const rows = results.flatMap(({ stdout }) => (JSON.parse(stdout) as { functions: BuildRow[] }).functions);
  for (const row of rows) expect(row.error).toBeNull();
  return { rows, stderr: results.map(({ stderr }) => stderr) };
}

function startFour(folder: string, names: readonly string[], env: Env): Started[] {
  return [0, 1, 2, 3].map((index) =>
    startBrig(folder, ["build", names[index % names.length]!, "--json"], env),
  );
}

describe("four brigs at once", () => {
  test("on one function and an empty store: one builds, the others wait and say so, all end alike", async () => {
    const { folder, env } = makeFunctions("hello");
    const { rows, stderr } = await finish(startFour(folder, ["hello"], env));
    expect(new Set(rows.map(({ sha256 }) => sha256)).size).toBe(1);
    expect(new Set(rows.map(({ zip }) => zip)).size).toBe(1);
    expect(rows.filter(({ status }) => status === "built")).toHaveLength(1);
    expect(
      stderr.filter((text) => text.includes("hello: waiting for another brig in this folder")),
    ).toHaveLength(3);
    const builds = join(folder, "functions/hello/builds");
    expect(readdirSync(builds).filter((name) => name.endsWith(".zip"))).toHaveLength(1);
    expectWholeLinks(builds, "four at once");
    expectNoLeftovers(builds);
    expectTreeOfZip(join(folder, "functions/hello/stg"), join(folder, rows[0]!.zip!));
  });

  test("on one function that is edited meanwhile: at no moment is a link missing, and the last edit is what is built", async () => {
    const { folder, env } = makeFunctions("hello");
    const builds = join(folder, "functions/hello/builds");
    await finish([startBrig(folder, ["build", "hello", "--json"], env)]);
    const source = join(folder, "functions/hello/src/lambda_function.py");
    writeFileSync(source, `${handler}# 0\n`);
    await finish([startBrig(folder, ["build", "hello", "--json"], env)]);
    expect(Object.keys(linksOf(builds))).toEqual(["staged", "current", "previous"]);
    const finished = new AbortController();
    let looks = 0;
    const watching = (async () => {
      while (!finished.signal.aborted) {
        for (const name of ["staged", "current", "previous"]) readlinkSync(join(builds, name));
        looks += 1;
        await setImmediate();
      }
    })();
    try {
      for (const edit of [1, 2, 3]) {
        const started = startFour(folder, ["hello"], env);
        writeFileSync(source, `${handler}# ${edit}\n`);
        await finish(started);
      }
      await finish(startFour(folder, ["hello"], env));
    } finally {
      finished.abort();
      await watching;
    }
    expect(looks).toBeGreaterThan(1000);
    expectWholeLinks(builds, "edited");
    expectNoLeftovers(builds);
    const { staged, current } = linksOf(builds);
    expect(current).toBe(staged);
    expectTreeOfZip(join(folder, "functions/hello/stg"), join(builds, staged!));
  });

  test("on four functions and one empty store", async () => {
    const names = ["one", "two", "three", "four"];
    const { folder, env } = makeFunctions(...names);
    const { rows } = await finish(startFour(folder, names, env));
    expect(new Set(rows.map(({ sha256 }) => sha256)).size).toBe(1);
    const half = readdirSync(env["BRIG_CACHE_DIR"]!, { recursive: true, encoding: "utf8" }).filter((name) =>
      /(^|\/)\.tmp-/.test(name),
    );
    expect(half).toEqual([]);
    const all = startBrig(folder, ["build", "--all", "--json"], env);
    expect((await finish([all])).rows.map(({ status }) => status)).toEqual(names.map(() => "unchanged"));
  });

  test("that clean, list and test what another builds", async () => {
    const { folder, env } = makeFunctions("hello");
    const started = [
      startBrig(folder, ["build", "hello", "--json"], env),
      startBrig(folder, ["clean"], env),
      startBrig(folder, ["test", "hello", "--json"], env),
      startBrig(folder, ["list", "--json"], env),
    ];
    for (const { status, stdout, stderr } of await Promise.all(started.map(({ ended }) => ended))) {
      expect(status, stdout + stderr).toBe(0);
    }
    expectWholeLinks(join(folder, "functions/hello/builds"), "cleaned meanwhile");
    const { rows } = await finish([startBrig(folder, ["build", "hello", "--json"], env)]);
    expectTreeOfZip(join(folder, "functions/hello/stg"), join(folder, rows[0]!.zip!));
  });
});
