import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeTree } from "../workspace/testing.ts";
import { moveStaged, readLinks } from "./links.ts";
import {
  type BuildState,
  isAsRecorded,
  readState,
  type Surroundings,
  takeStamps,
  writeState,
} from "./state.ts";
import { fileStamp, folderStamp, targetFolderStamp, targetStamp } from "./stamps.ts";
import { bootName } from "../store/boot-name.ts";

const surroundings: Surroundings = { program: "p", boot: "b", environment: "e", git: "g" };

async function makeState(): Promise<{ folder: string; builds: string; state: BuildState }> {
  const folder = makeTree({ "src/a.py": "a", "builds/1.zip": "zip" });
  const builds = join(folder, "builds");
  await moveStaged(builds, "1.zip");
  const files = ["src/a.py", "src/absent.py", "builds/1.zip"].map((name) => join(folder, name));
  const stamps = takeStamps(files, [join(folder, "src"), join(folder, "tests")], Number.POSITIVE_INFINITY);
  const state = { ...stamps, surroundings, links: readLinks(builds) } as BuildState;
  return { folder, builds, state };
}

describe("isAsRecorded", () => {
  test("while everything is as it was", async () => {
    const { builds, state } = await makeState();
    expect(isAsRecorded(builds, state, surroundings)).toBe(true);
  });

  test("not after another boot, environment or commit: what power loss tore proves nothing", async () => {
    const { builds, state } = await makeState();
    for (const key of ["boot", "environment", "git"] as const) {
      expect(isAsRecorded(builds, state, { ...surroundings, [key]: "other" }), key).toBe(false);
    }
  });

  const changes: Readonly<Record<string, (folder: string) => unknown>> = {
    "a file is edited": (folder) => writeFileSync(join(folder, "src/a.py"), "edited"),
    "a file is gone": (folder) => rmSync(join(folder, "src/a.py")),
    "a file is a folder": (folder) => {
      rmSync(join(folder, "src/a.py"));
      mkdirSync(join(folder, "src/a.py"));
    },
    "a file is added": (folder) => writeFileSync(join(folder, "src/b.py"), ""),
    "an absent file appears": (folder) => writeFileSync(join(folder, "src/absent.py"), ""),
    "an absent folder appears": (folder) => mkdirSync(join(folder, "tests")),
    "a file stands in a folder's place": (folder) => {
      rmSync(join(folder, "src"), { recursive: true });
      writeFileSync(join(folder, "src"), "");
    },
    "links stand in a circle": (folder) => {
      rmSync(join(folder, "src"), { recursive: true });
      symlinkSync("src", join(folder, "src"));
    },
    "the zip is touched": (folder) => writeFileSync(join(folder, "builds/1.zip"), "ZIP"),
    "a link is moved": (folder) => moveStaged(join(folder, "builds"), "2.zip"),
    "a link is gone": (folder) => rmSync(join(folder, "builds/staged")),
  };
  for (const [what, change] of Object.entries(changes)) {
    test(`not when ${what}`, async () => {
      const { folder, builds, state } = await makeState();
      await change(folder);
      expect(isAsRecorded(builds, state, surroundings)).toBe(false);
    });
  }

  test("not when a file was so young that it could change again under the same stamp", async () => {
    const { folder, builds, state } = await makeState();
    const young = takeStamps([join(folder, "src/a.py")], [join(folder, "src")], Date.now() - 20_000);
    expect(isAsRecorded(builds, { ...state, ...young }, surroundings)).toBe(false);
  });
});

test("a state is read by the brig that wrote it, and by no other; a torn one by none", async () => {
  const { builds, state } = await makeState();
  await writeState(builds, state);
  expect(readState(builds, "p")?.surroundings).toEqual(surroundings);
  expect(readState(builds, "another")).toBeUndefined();
  writeFileSync(join(builds, ".state.json"), "{}");
  expect(readState(builds, "p")).toBeUndefined();
});

test("stamps: of files and folders only, with links followed or not", () => {
  const folder = makeTree({ file: "x", "folder/x": "" });
  symlinkSync("file", join(folder, "link"));
  symlinkSync("folder", join(folder, "folder-link"));
  expect(fileStamp(join(folder, "file"))?.[0]).toBe(1);
  expect(fileStamp(join(folder, "link"))).toBeUndefined();
  expect(targetStamp(join(folder, "link"))).toEqual(fileStamp(join(folder, "file")));
  expect(folderStamp(`${join(folder, "folder")}/`)).toEqual(folderStamp(join(folder, "folder")));
  expect(folderStamp(`${join(folder, "folder-link")}/`)).toBeUndefined();
  expect(targetFolderStamp(join(folder, "folder-link"))).toEqual(folderStamp(join(folder, "folder")));
  for (const stamp of [fileStamp, targetStamp, folderStamp, targetFolderStamp]) {
    expect(stamp(join(folder, "file/below"))).toBeUndefined();
  }
  expect(bootName()).toBe(bootName());
  expect(bootName().length).toBeGreaterThan(5);
});
