import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseIndexPage } from "./index-page.ts";
import type { PythonTarget } from "./lock.ts";
import { explainFailure, resolveFault } from "./uv-failure.ts";
import { lowerUvPlatform, uvPlatform } from "./uv-platform.ts";
import { wheelMissing } from "./wheel-missing.ts";

const hash = "a".repeat(64);

describe("pages of an index", () => {
  test("JSON: relative addresses, hashes, no yanked files", () => {
    const files = [
      {
        filename: "a-1.0.tar.gz",
        url: "../../packages/a-1.0.tar.gz",
        hashes: { sha256: hash.toUpperCase() },
        size: 3,
        yanked: false,
      },
      { filename: "a-1.1.tar.gz", url: "x", hashes: {}, yanked: "broken" },
      { filename: "../evil", url: "x" },
      { url: 5 },
      null,
    ];
    expect(
      parseIndexPage({
        text: JSON.stringify({ files }),
        url: "https://u:p@x.example/simple/a/",
        contentType: "application/vnd.pypi.simple.v1+json",
      }),
    ).toEqual([
      {
        name: "a-1.0.tar.gz",
        url: "https://x.example/packages/a-1.0.tar.gz",
        path: undefined,
        size: 3,
        sha256: hash,
      },
    ]);
  });

  test("HTML: fragments, entities, a base, single quotes", () => {
    const text = `<html><base href="https://files.example/root/"><a data-requires-python="&gt;=3" href='a/a%2B-1.0-py3-none-any.whl#sha256=${hash}'>a+-1.0-py3-none-any.whl</a>
      <a href="b-1.zip?x=1&amp;y=2">b-1.zip</a> <a href="c.whl" data-yanked="">c.whl</a> <a>none</a></html>`;
    expect(
      parseIndexPage({ text, url: "https://x.example/simple/a/", contentType: "text/html; charset=utf-8" }),
    ).toEqual([
      {
        name: "a+-1.0-py3-none-any.whl",
        url: "https://files.example/root/a/a%2B-1.0-py3-none-any.whl",
        path: undefined,
        size: undefined,
        sha256: hash,
      },
      {
        name: "b-1.zip",
        url: "https://files.example/root/b-1.zip?x=1&y=2",
        path: undefined,
        size: undefined,
        sha256: undefined,
      },
    ]);
  });

  test("any answer of a server is read", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string().map((text) => `<a href="${text}">x</a>`),
        ),
        fc.constantFrom("text/html", "application/json"),
        (text, contentType) => {
          expect(Array.isArray(parseIndexPage({ text, url: "https://x.example/", contentType }))).toBe(true);
        },
      ),
    );
  });
});

const files = (...names: string[]): { name: string }[] => names.map((name) => ({ name }));

describe("a missing wheel", () => {
  const arm = { python: "3.13", system: "linux", machine: "aarch64", floor: [2, 34] } as const;

  test("says what there is, and the ways out", () => {
    const found = wheelMissing(
      "pysam",
      "0.23.0",
      arm,
      files(
        "pysam-0.22.0-cp313-cp313-manylinux_2_28_aarch64.whl",
        "pysam-0.23.0-cp313-cp313-manylinux_2_28_x86_64.whl",
        "pysam-0.23.0-cp313-cp313-macosx_11_0_arm64.whl",
        "pysam-0.23.0-cp312-cp312-manylinux_2_28_x86_64.whl",
        "pysam-0.23.0.tar.gz",
      ),
    );
    expect(found.message).toBe(
      "pysam 0.23.0 has no wheel for python3.13 on arm64 (glibc 2.34); it has cp313 manylinux_2_28 x86_64, macOS, and an sdist",
    );
    expect(found.hint).toBe("function: {Architectures: [x86_64]}, or build the sdist on an arm64 Linux host");
  });

  test("for other Pythons only", () => {
    const found = wheelMissing(
      "a",
      "1.0",
      arm,
      files(
        "a-1.0-cp310-cp310-manylinux_2_17_aarch64.whl",
        "a-1.0-cp311-cp311-manylinux_2_17_aarch64.whl",
        "a-1.0-cp312-cp312-manylinux_2_17_aarch64.whl",
      ),
    );
    expect(found.message).toContain("it has cp310 to cp312 only");
    expect(found.hint).toBe("function: {Runtime: python3.12}");
    const older = wheelMissing("a", "1.0", arm, files("a-1.0-cp39-cp39-manylinux_2_26_aarch64.whl"));
    expect(older.hint).toBe("function: {Runtime: python3.9}");
    const needsMore = wheelMissing("a", "1.0", arm, files("a-1.0-cp39-cp39-manylinux_2_27_aarch64.whl"));
    expect(needsMore.hint).toBe("pip index versions a");
  });
});

describe("what uv says", () => {
  test("becomes one line without secrets, paths and hints", () => {
    const text = explainFailure(
      "warning: old\nerror: No solution found when resolving dependencies\n  cause: Because x was not found at https://me:tok3n-secret@i.example/simple and tok3n-secret,\nwe conclude /tmp/w/requirements.in.\n\nhint: do this\n",
      { secrets: ["tok3n-secret"] },
      new Map([["/tmp/w/requirements.in", "requirements"]]),
    );
    expect(text).toBe(
      "Because x was not found at https://***@i.example/simple and ***, we conclude requirements",
    );
  });

  test("decides on the code", () => {
    expect(resolveFault("Because x", false, null).code).toBe("resolve-failed");
    expect(resolveFault("Because x", true, null).code).toBe("offline");
    expect(resolveFault("HTTP status client error (401 Unauthorized)", false, null)).toMatchObject({
      code: "download-failed",
      hint: expect.stringContaining("netrc"),
    });
    expect(resolveFault("Failed to fetch: https://x: dns error", false, null).code).toBe("download-failed");
  });
});

const onGlibc = (minor: number): PythonTarget => ({
  python: "3.11",
  system: "linux",
  machine: "x86_64",
  floor: [2, minor],
});

test("uv's platforms around the floors of Lambda", () => {
  expect([uvPlatform(onGlibc(26)), lowerUvPlatform(onGlibc(26))]).toEqual([
    "x86_64-manylinux_2_28",
    "x86_64-manylinux_2_17",
  ]);
  expect([uvPlatform(onGlibc(34)), lowerUvPlatform(onGlibc(34))]).toEqual([
    "x86_64-manylinux_2_34",
    "x86_64-manylinux_2_34",
  ]);
  expect(uvPlatform(onGlibc(99))).toBe("x86_64-manylinux_2_40");
});
