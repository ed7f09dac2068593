import * as fc from "fast-check";
import { parse } from "smol-toml";
import { describe, expect, test } from "vitest";
import { BrigError } from "../errors.ts";
import { diffLocks, renderLockChange } from "./lock-changes.ts";
import { parseLock } from "./lock-file.ts";
import { lockInputs, lockProblem } from "./lock-inputs.ts";
import type { Lock, LockedFile, LockedPackage, PackageSource } from "./lock.ts";
import { renderLock } from "./render-lock.ts";
import { noOptions, type Requirements } from "./requirements.ts";
import type { IndexSettings } from "./index-settings.ts";
import { bareSettings } from "./test-settings.ts";

const sha256 = fc.stringMatching(/^[0-9a-f]{64}$/);
const name = fc.stringMatching(/^[a-z0-9]{1,6}(-[a-z0-9]{1,4})?$/);
const fileName = fc
  .stringMatching(/^[A-Za-z0-9_]{1,10}-[0-9.]{1,5}-py3-none-any$/)
  .map((stem) => `${stem}.whl`);
const path = fc
  .array(
    fc.stringMatching(/^[^\\/\0]{1,8}$/).filter((part) => !/^[A-Za-z]:/.test(part)),
    { minLength: 1, maxLength: 3 },
  )
  .map((parts) => `../${parts.join("/")}`);
const size = fc.option(fc.nat(), { nil: undefined });
const file: fc.Arbitrary<LockedFile> = fc.oneof(
  fc.record({ name: fileName, url: fc.webUrl(), path: fc.constant(undefined), size, sha256 }),
  fc.record({ name: fileName, url: fc.constant(undefined), path, size, sha256 }),
);
const source: fc.Arbitrary<PackageSource> = fc.oneof(
  fc.record({ kind: fc.constantFrom("wheel" as const, "sdist" as const), file }),
  fc.record({ kind: fc.constant("directory" as const), path }),
  fc.record({
    kind: fc.constant("vcs" as const),
    type: fc.constant("git"),
    url: fc.webUrl(),
    commit: fc.stringMatching(/^[0-9a-f]{40}$/),
    subdirectory: fc.option(fc.constant("a/b"), { nil: undefined }),
  }),
);
const packages: fc.Arbitrary<readonly LockedPackage[]> = fc
  .uniqueArray(
    fc
      .record({ name, version: fc.option(fc.constantFrom("1.0", "2!3.4rc1"), { nil: undefined }), source })
      .map(withOwnWheel),
    {
      selector: (entry) => entry.name,
      maxLength: 6,
    },
  )
  .map((all) => all.toSorted((one, other) => (one.name < other.name ? -1 : 1)));
const lock: fc.Arbitrary<Lock> = fc.record({
  target: fc.record({
    python: fc.constantFrom("3.9", "3.13"),
    system: fc.constantFrom("linux" as const, "macos" as const),
    machine: fc.constantFrom("x86_64" as const, "aarch64" as const),
    floor: fc.tuple(fc.nat(99), fc.nat(99)),
  }),
  inputs: fc.record({ requirements: sha256, indexes: sha256, format: fc.integer({ min: 1, max: 9 }) }),
  packages,
});

/** A wheel is called after its package and version. */
function withOwnWheel(entry: LockedPackage): LockedPackage {
  if (entry.source.kind !== "wheel") return entry;
  const called = `${entry.name.replaceAll("-", "_")}-${entry.version ?? "7"}-py3-none-any.whl`;
  return { ...entry, source: { ...entry.source, file: { ...entry.source.file, name: called } } };
}

/** `undefined` where nothing is wrong; what is no BrigError goes through. */
function faultOf(work: () => unknown): BrigError | undefined {
  try {
    work();
    return undefined;
  } catch (cause) {
    if (cause instanceof BrigError) return cause;
    throw cause;
  }
}

describe("the text of a lock", () => {
  test("every lock comes back from its text", () => {
    fc.assert(
      fc.property(lock, (given) => {
        const text = renderLock(given);
        expect(parseLock(text, "pylock.toml")).toEqual(given);
        expect(renderLock(parseLock(text, "pylock.toml"))).toBe(text);
        expect(parse(text)).toMatchObject({ "lock-version": "1.0", "created-by": "brig" });
      }),
    );
  });

  test("any change of the text is read or refused as lock-invalid", () => {
    const base = renderLock(example);
    fc.assert(
      fc.property(
        fc.nat(base.length),
        fc.nat(30),
        fc.string({ unit: "binary", maxLength: 12 }),
        (at, drop, insert) => {
          const fault = faultOf(() =>
            parseLock(base.slice(0, at) + insert + base.slice(at + drop), "pylock.toml"),
          );
          expect([undefined, "lock-invalid"]).toContain(fault?.code);
          expect(fault?.hint ?? "brig lock").toContain("brig lock");
        },
      ),
      { numRuns: 500 },
    );
  });

  test.each([
    ["a merge conflict", (text: string) => `<<<<<<< HEAD\n${text}`, /^pylock\.toml: line 1 is no TOML$/],
    [
      "an absolute path",
      (text: string) => text.replace('url = "https://example.org/alpha.whl"', 'path = "/etc/passwd"'),
      /"\/etc\/passwd" is not relative/,
    ],
    ["credentials", (text: string) => text.replace("https://", "https://u:p@"), /holds credentials/],
    ["another scheme", (text: string) => text.replace("https:", "file:"), /not http or https/],
    ["no hash", (text: string) => text.replace(/hashes = \{[^}]*\}/, "hashes = {}"), /has no sha256/],
    ["a short hash", (text: string) => text.replace("aaaa", ""), /not 64 hexadecimal digits/],
    [
      "a name with a path",
      (text: string) => text.replace('name = "alpha-1.0-py3-none-any.whl"', 'name = "../x.whl"'),
      /is no file name/,
    ],
    [
      "another version",
      (text: string) => text.replace('lock-version = "1.0"', 'lock-version = "2.0"'),
      /lock-version is "2\.0"/,
    ],
    [
      "the same twice",
      (text: string) =>
        text.replace("[tool.brig]", `${text.match(/\[\[packages\]\][^]*?\n\n/)?.[0]}[tool.brig]`),
      /alpha is there twice/,
    ],
    [
      "a version that is not its wheel's, as a merge can leave it",
      (text: string) => text.replace('\nversion = "1.0"', '\nversion = "1.1"'),
      /alpha 1\.1 has the wheel of another: "alpha-1\.0-py3-none-any\.whl"/,
    ],
    [
      "another package's wheel",
      (text: string) => text.replace('name = "alpha-1.0-', 'name = "omega-1.0-'),
      /alpha 1\.0 has the wheel of another: "omega/,
    ],
    ["a size that is none", (text: string) => text.replace("size = 5", "size = -5"), /size is -5/],
    [
      "a target that is none",
      (text: string) => text.replace('"x86_64"\nfloor', '"sparc"\nfloor'),
      /lacks python, system, machine or floor/,
    ],
  ])("%s is refused", (_, change, message) => {
    const text = change(renderLock(example));
    expect(text).not.toBe(renderLock(example));
    expect(() => parseLock(text, "pylock.toml")).toThrow(message);
  });

  test("a lock of another tool names versions to keep, and is not valid", () => {
    const text =
      'lock-version = "1.0"\ncreated-by = "uv"\n[[packages]]\nname = "Alpha"\nversion = "1.0"\nwheels = [{ url = "https://example.org/a-1.0-py3-none-any.whl", hashes = { sha256 = "' +
      "a".repeat(64) +
      '" } }, { url = "https://example.org/b.whl", hashes = {} }]\n';
    const found = parseLock(text, "pylock.toml");
    expect(found.packages).toMatchObject([{ name: "alpha", version: "1.0" }]);
    expect(lockProblem(found, example.target, example.inputs)).toBe("another tool than brig wrote it");
  });
});

const example: Lock = {
  target: { python: "3.13", system: "linux", machine: "x86_64", floor: [2, 34] },
  inputs: { requirements: "r", indexes: "i", format: 1 },
  packages: [
    {
      name: "alpha",
      version: "1.0",
      source: {
        kind: "wheel",
        file: {
          name: "alpha-1.0-py3-none-any.whl",
          url: "https://example.org/alpha.whl",
          path: undefined,
          size: 5,
          sha256: "a".repeat(64),
        },
      },
    },
    { name: "common", version: undefined, source: { kind: "directory", path: "../../lib/common" } },
  ],
};

describe("inputs", () => {
  const settings: IndexSettings = { ...bareSettings, indexes: [{ url: "https://pypi.org/simple" }] };
  const requirements: Requirements = {
    files: [
      { file: "/r/functions/f/requirements.txt", sha256: "1" },
      { file: "/r/lib/pyproject.toml", sha256: "2" },
    ],
    requirements: [],
    constraints: [],
    options: noOptions,
    localPaths: [],
    boundary: "/",
    project: undefined,
    expanded: [],
  };

  test("a clone elsewhere has the same, in any order of files; any changed byte or option has not", () => {
    const here = lockInputs(requirements, settings, "/r/functions/f");
    const moved = requirements.files
      .map((each) => ({ ...each, file: `/elsewhere${each.file}` }))
      .toReversed();
    expect(lockInputs({ ...requirements, files: moved }, settings, "/elsewhere/r/functions/f")).toEqual(here);
    const changed = [{ ...requirements.files[0]!, sha256: "3" }, requirements.files[1]!];
    expect(lockInputs({ ...requirements, files: changed }, settings, "/r/functions/f").requirements).not.toBe(
      here.requirements,
    );
    expect(
      lockInputs({ ...requirements, expanded: ["x"] }, settings, "/r/functions/f").requirements,
    ).not.toBe(here.requirements);
    const options = { ...noOptions, indexUrl: "https://other.example/simple" };
    expect(lockInputs({ ...requirements, options }, settings, "/r/functions/f").indexes).not.toBe(
      here.indexes,
    );
  });

  test("what of the indexes counts is an input: exclude-newer and index-strategy", () => {
    const keyOf = (changed: Partial<IndexSettings>): string =>
      lockInputs(requirements, { ...settings, ...changed }, "/r/functions/f").indexes;
    const keys = [{}, { excludeNewer: "2026-01-01" }, { strategy: "unsafe-best-match" }].map(keyOf);
    expect(new Set(keys).size).toBe(3);
    expect(keyOf({ timeout: 7, keyring: true })).toBe(keys[0]);
  });

  test("what changed is said", () => {
    const { target, inputs } = example;
    expect(lockProblem(example, target, inputs)).toBeUndefined();
    expect(lockProblem(example, { ...target, python: "3.12" }, inputs)).toBe(
      "it is for python3.13, not python3.12",
    );
    expect(lockProblem(example, { ...target, machine: "aarch64" }, inputs)).toContain("aarch64");
    expect(lockProblem(example, { ...target, floor: [2, 26] }, inputs)).toContain("2.26");
    expect(lockProblem(example, target, { ...inputs, requirements: "x" })).toBe("the requirements changed");
    expect(lockProblem(example, target, { ...inputs, indexes: "x" })).toContain("indexes");
    expect(lockProblem(example, target, { ...inputs, format: 2 })).toContain("another version of brig");
  });
});

test("changes between locks", () => {
  const [alpha, common] = [example.packages[0]!, example.packages[1]!];
  const after = {
    ...example,
    packages: [
      { ...alpha, version: "1.1" },
      { ...alpha, name: "beta" },
    ],
  };
  expect(diffLocks({ ...example, packages: [alpha, common] }, after).map(renderLockChange)).toEqual([
    "alpha 1.0 → 1.1",
    "+ beta 1.0",
    "- common ../../lib/common",
  ]);
  expect(diffLocks(example, example)).toEqual([]);
});
