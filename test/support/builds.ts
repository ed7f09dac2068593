/** What holds of a `builds/` folder at any moment, whatever happened to the brig that worked in it. */
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Manifest } from "../../src/build/manifest.ts";
import { sha256Of } from "../../src/store/content.ts";
import { extractMember } from "../../src/zip/extract.ts";
import { readZip } from "../../src/zip/reader.ts";

export function sha256OfFile(file: string): string {
  return sha256Of(readFileSync(file));
}

export function readManifestOf(builds: string, zip: string): Manifest {
  return JSON.parse(readFileSync(join(builds, zip.replace(/\.zip$/, ".json")), "utf8")) as Manifest;
}

/** The links that are there: name and target. */
export function linksOf(builds: string): Record<string, string> {
  const names = ["staged", "current", "previous"].filter((name) =>
    lstatSync(join(builds, name), { throwIfNoEntry: false }),
  );
  return Object.fromEntries(names.map((name) => [name, readlinkSync(join(builds, name))]));
}

/** Links lead to zips that are whole, and `current` and `previous` to zips whose tests passed. */
export function expectWholeLinks(builds: string, why: string): void {
  for (const [name, zip] of Object.entries(linksOf(builds))) {
    const manifest = readManifestOf(builds, zip);
    expect(sha256OfFile(join(builds, zip)), `${name} → ${zip}: ${why}`).toBe(manifest.sha256);
    if (name !== "staged")
      expect(["passed", "none"], `${name} → ${zip}: ${why}`).toContain(manifest.tests.status);
  }
}

/** Nothing in `builds/` is half made, and each zip has its manifest. */
export function expectNoLeftovers(builds: string, why = ""): void {
  const names = readdirSync(builds);
  const half = names.filter(
    (name) => name.startsWith(".tmp-") || name.startsWith(".counts") || name === ".lock",
  );
  expect(half, why).toEqual([]);
  const stems = (ending: string): string[] =>
    names
      .filter((name) => /^\d/.test(name) && name.endsWith(ending))
      .map((name) => name.slice(0, -ending.length));
  expect(stems(".json").toSorted(), why).toEqual(stems(".zip").toSorted());
}

/** The staging tree is what is in the zip: names, bytes and executable bits, and nothing else. */
export function expectTreeOfZip(tree: string, file: string): void {
  const zip = readFileSync(file);
  const members = readZip(zip, file);
  const wanted = members.map((member) => `${member.name} ${sha256Of(extractMember(zip, member, file))}`);
  const staged = readdirSync(tree, { recursive: true, encoding: "utf8" })
    .filter((name) => !lstatSync(join(tree, name)).isDirectory())
    .map((name) => {
      expect(lstatSync(join(tree, name)).isFile(), name).toBe(true);
      return `${name} ${sha256Of(readFileSync(join(tree, name)))}`;
    });
  expect(staged.toSorted()).toEqual(wanted.toSorted());
  for (const name of readdirSync(tree, { recursive: true, encoding: "utf8" })) {
    if (statSync(join(tree, name)).isDirectory()) {
      expect(
        members.some((member) => member.name.startsWith(`${name}/`)),
        `${name}/ is empty`,
      ).toBe(true);
    }
  }
  expect(existsSync(tree)).toBe(true);
}
