import { mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeTree } from "../workspace/testing.ts";
import { clearLeftovers } from "./leftovers.ts";
import { moveStaged, promoteStaged, readLinks, restoreStaged } from "./links.ts";

describe("links", () => {
  test("current becomes previous, and a new current points where staged points", async () => {
    const builds = makeTree();
    await moveStaged(builds, "1.zip");
    expect(readLinks(builds)).toEqual({ staged: "1.zip", current: null, previous: null });
    expect(await promoteStaged(builds)).toEqual({ staged: "1.zip", current: "1.zip", previous: null });
    await moveStaged(builds, "2.zip");
    expect(await promoteStaged(builds)).toEqual({ staged: "2.zip", current: "2.zip", previous: "1.zip" });
    expect(await promoteStaged(builds)).toEqual({ staged: "2.zip", current: "2.zip", previous: "1.zip" });
    await moveStaged(builds, "2-clean.zip");
    expect(await promoteStaged(builds, true)).toMatchObject({ current: "2-clean.zip", previous: "1.zip" });
    expect(readlinkSync(join(builds, "current"))).toBe("2-clean.zip");
    expect(readdirSync(builds).toSorted()).toEqual(["current", "previous", "staged"]);
  });

  test("what is no link to a zip beside it counts as absent", () => {
    for (const target of ["../x.zip", "/x.zip", "x", "", "a/x.zip", "x.zip/"]) {
      const builds = makeTree();
      if (target === "") writeFileSync(join(builds, "staged"), "x.zip");
      else symlinkSync(target, join(builds, "staged"));
      expect(readLinks(builds).staged, target).toBeNull();
    }
    expect(readLinks("/nowhere")).toEqual({ staged: null, current: null, previous: null });
  });

  test("restoreStaged puts it back, or takes it away", async () => {
    const builds = makeTree();
    await moveStaged(builds, "2.zip");
    await restoreStaged(builds, "1.zip");
    expect(readLinks(builds).staged).toBe("1.zip");
    await restoreStaged(builds, null);
    expect(readdirSync(builds)).toEqual([]);
  });
});

test("clearLeftovers takes half-made files and manifests of zips that never came to be, and nothing else", async () => {
  const stays = {
    "20260101000000.zip": "",
    "20260101000000.json": "",
    "20260102000000-x.json": "the zip that a link names is gone",
    ".state.json": "",
    ".stage.json": "",
    "notes.json": "somebody's own",
  };
  const goes = {
    ".tmp-1-abc": "",
    "20260103000000.json": "",
    "20260103000000-v1-dirty-2.json": "",
    ".counts-77.json": "",
  };
  const builds = makeTree({ ...stays, ...goes });
  mkdirSync(join(builds, ".tmp-2-folder"));
  symlinkSync("20260102000000-x.zip", join(builds, "current"));
  await clearLeftovers(builds, new Date(Date.now() + 60_000));
  expect(readdirSync(builds).toSorted()).toEqual([...Object.keys(stays), "current"].toSorted());
  rmSync(builds, { recursive: true });
});
