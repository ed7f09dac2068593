import * as fc from "fast-check";
import { expect, test } from "vitest";
import { manifestName, planBuildName } from "./build-name.ts";

const now = new Date("2026-11-23T21:23:59.987Z");

test("time in UTC, commit, dirty, and a counter where two would collide", () => {
  expect(planBuildName(now, { describe: "ecb6a2f", dirty: false }, new Set())).toBe(
    "20261123212359-ecb6a2f.zip",
  );
  expect(planBuildName(now, { describe: "v1.2.0", dirty: true }, new Set())).toBe(
    "20261123212359-v1.2.0-dirty.zip",
  );
  expect(planBuildName(now, null, new Set())).toBe("20261123212359.zip");
  const taken = new Set(["20261123212359.zip", "20261123212359-2.json"]);
  expect(planBuildName(now, null, taken)).toBe("20261123212359-3.zip");
});

test("many builds within one second have names of their own", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 12 }), (dirty) => {
      const taken = new Set<string>();
      for (const each of dirty) taken.add(planBuildName(now, { describe: "abc", dirty: each }, taken));
      expect(taken.size).toBe(dirty.length);
    }),
  );
});

test("manifestName", () => {
  expect(manifestName("20261123212359-v1.zip.2.zip")).toBe("20261123212359-v1.zip.2.json");
});
