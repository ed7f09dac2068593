import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import type { Context, ReportEvent } from "../context.ts";
import { contentFile, sha256Of } from "../store/content.ts";
import { openStore, type Store } from "../store/store-directory.ts";
import { bareSettings } from "./test-settings.ts";
import type { Lock, LockedPackage } from "./lock.ts";
import { type ObtainedPackage, obtainArchives } from "./obtain-archives.ts";
import { makeWheel } from "./wheel/test-wheel.ts";

const room = mkdtempSync(join(tmpdir(), "brig obtain "));
const closing: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});
afterAll(() => rmSync(room, { recursive: true, force: true }));

const settings = bareSettings;
const reported: ReportEvent[] = [];

async function newStore(): Promise<{ readonly store: Store; readonly context: Context }> {
  const env = { BRIG_CACHE_DIR: mkdtempSync(join(room, "store-")) };
  const { signal } = new AbortController();
  const context: Context = {
    cwd: room,
    env,
    now: () => new Date(),
    signal,
    report: (event) => reported.push(event),
  };
  return { store: await openStore(context), context };
}

interface Server {
  readonly origin: string;
  readonly heard: string[];
}

async function serve(listener: RequestListener): Promise<Server> {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    heard.push(request.url ?? "");
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => (server.closeAllConnections(), server.close()));
  const address = server.address();
  return { origin: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`, heard };
}

const wheelOf = (name: string): Buffer =>
  makeWheel({ name, entries: [{ name: `${name}.py`, contents: `word = "${name}"\n` }] });

function lockedWheel(
  name: string,
  place: { origin: string } | { path: string },
  bytes = wheelOf(name),
): LockedPackage {
  const fileName = `${name}-1.0-py3-none-any.whl`;
  const url = "origin" in place ? `${place.origin}/${fileName}` : undefined;
  const path = "path" in place ? place.path : undefined;
  return {
    name,
    version: "1.0",
    source: {
      kind: "wheel",
      file: { name: fileName, url, path, size: bytes.length, sha256: sha256Of(bytes) },
    },
  };
}

function obtain(
  packages: readonly LockedPackage[],
  { store, context }: Awaited<ReturnType<typeof newStore>>,
  offline = false,
): Promise<readonly ObtainedPackage[]> {
  const lock: Lock = {
    target: { python: "3.13", system: "linux", machine: "x86_64", floor: [2, 34] },
    inputs: { requirements: "", indexes: "", format: 1 },
    packages,
  };
  const refuse = (): never => expect.fail("nothing is to be built");
  const options = {
    subject: "hello",
    folder: room,
    boundary: room,
    store,
    settings,
    folders: {},
    offline,
    interpreter: refuse,
    uv: refuse,
  };
  return obtainArchives(lock, options, context);
}

const serveWheels: RequestListener = (request, response) => {
  const [, name = ""] = /^\/([a-z]+)-/.exec(request.url ?? "") ?? [];
  response.end(wheelOf(name));
};

test("each wheel is fetched once, however many ask at once, and then comes from the store", async () => {
  const { origin, heard } = await serve(serveWheels);
  const opened = await newStore();
  const packages = ["a", "b", "c"].map((name) => lockedWheel(name, { origin }));
  const all = await Promise.all(Array.from({ length: 20 }, () => obtain(packages, opened)));
  for (const each of all) expect(each.map(({ package: { name } }) => name)).toEqual(["a", "b", "c"]);
  expect(all[0]?.[0]?.archive.entries.map(({ path }) => path)).toContain("a.py");
  const { store, context } = opened;
  const again = await openStore(context);
  expect(await obtain(packages, { store: again, context }, true)).toEqual(all[0]);
  expect(heard.toSorted()).toEqual(["a", "b", "c"].map((name) => `/${name}-1.0-py3-none-any.whl`));
  expect(
    reported.some(
      (event) => event.kind === "progress" && event.subject === "hello" && event.unit === "bytes",
    ),
  ).toBe(true);
  expect(
    readdirSync(store.folder, { recursive: true }).filter((name) => /\.tmp-|\.lock/.test(String(name))),
  ).toEqual([]);
});

test("a failure of one function is no failure of another that waits for the same wheel", async () => {
  const { origin } = await serve((request, response) => {
    if (request.url?.startsWith("/broken")) response.writeHead(404).end();
    else setTimeout(() => serveWheels(request, response), 300);
  });
  const opened = await newStore();
  const slow = lockedWheel("slow", { origin });
  const [failed, fine] = await Promise.allSettled([
    obtain([lockedWheel("broken", { origin }), slow], opened),
    obtain([slow], opened),
  ]);
  expect(failed).toMatchObject({ status: "rejected", reason: { code: "download-failed" } });
  expect(fine).toMatchObject({ status: "fulfilled" });
});

test("offline, everything that is missing is named at once", async () => {
  const opened = await newStore();
  const packages = ["one", "two"].map((name) => lockedWheel(name, { origin: "http://127.0.0.1:1" }));
  await expect(obtain(packages, opened, true)).rejects.toMatchObject({
    code: "offline",
    message: expect.stringMatching(/one 1\.0, two 1\.0|two 1\.0, one 1\.0/),
  });
});

test("a wheel of this machine is copied, and one that changed since is refused", async () => {
  const opened = await newStore();
  writeFileSync(join(room, "here-1.0-py3-none-any.whl"), wheelOf("here"));
  const [here] = await obtain([lockedWheel("here", { path: "here-1.0-py3-none-any.whl" })], opened, true);
  expect(existsSync(here?.archive.file ?? "")).toBe(true);
  const other = lockedWheel("here", { path: "here-1.0-py3-none-any.whl" }, wheelOf("other"));
  await expect(obtain([other], opened)).rejects.toMatchObject({ code: "hash-mismatch" });
  await expect(obtain([lockedWheel("gone", { path: "gone.whl" })], opened)).rejects.toMatchObject({
    code: "wheel-missing",
  });
});

test("what is in the store but not what it was is fetched anew; what comes wrong is refused and not kept", async () => {
  const { origin, heard } = await serve(serveWheels);
  const opened = await newStore();
  const sound = lockedWheel("sound", { origin });
  const { sha256 } = sound.source.kind === "wheel" ? sound.source.file : { sha256: "" };
  await obtain([sound], opened);
  const file = contentFile(opened.store, "wheels", sha256, ".whl");
  writeFileSync(file, "torn");
  await obtain([sound], { ...opened, store: await openStore(opened.context) });
  expect(heard).toHaveLength(2);
  const wrong = lockedWheel("wrong", { origin }, wheelOf("wring"));
  await expect(obtain([wrong], opened)).rejects.toMatchObject({ code: "hash-mismatch" });
});
