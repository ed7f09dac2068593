import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PythonTarget } from "./lock.ts";
import { MarkerFault } from "./marker-syntax.ts";
import { evaluateMarker, markerEnvironment } from "./marker.ts";
import { compareVersions, parseVersion } from "./version.ts";

const target: PythonTarget = { python: "3.13", system: "linux", machine: "aarch64", floor: [2, 34] };

function outcomeOf(text: string): string {
  try {
    return typeof evaluateMarker(text, markerEnvironment(target));
  } catch (cause) {
    if (cause instanceof MarkerFault) return "fault";
    throw cause;
  }
}

describe("markers of PEP 508", () => {
  test.each([
    ['python_version < "3.9"', false],
    ['python_version >= "3.13"', true],
    ['python_version > "3.2"', true],
    ["python_full_version >= '3.13.0' and python_full_version < '3.14'", true],
    ['sys_platform == "win32" or (os_name == "posix" and platform_machine == "aarch64")', true],
    ['sys_platform == "linux" and sys_platform == "win32" or python_version == "3.13"', true],
    ['python_version in "3.12 3.13"', true],
    ['python_version not in "3.12 3.13"', false],
    ['"linux" in sys_platform', true],
    ['extra == "socks"', false],
    ["'socks' in extras", false],
    ["'dev' not in dependency_groups", true],
    ['python_version == "3.*"', true],
    ['python_version != "3.13.*"', false],
    ['python_version ~= "3.8"', true],
    ['implementation_name == "cpython" and platform_python_implementation != "PyPy"', true],
    ["os.name == 'posix'", true],
    ["platform_release >= '6'", false],
  ])("%s is %s", (text, expected) => {
    expect(evaluateMarker(text, markerEnvironment(target))).toBe(expected);
  });

  test("Apple's name for the machine", () => {
    const mac = markerEnvironment({ ...target, system: "macos", floor: [14, 0] });
    expect(evaluateMarker("platform_machine == 'arm64' and sys_platform == 'darwin'", mac)).toBe(true);
  });

  test.each([
    "",
    "python_version",
    "python_version <",
    "(os_name == 'a'",
    "os_name == 'a')",
    "foo == 'a'",
    "os_name = 'a'",
    "'a",
    `${"(".repeat(5000)}os_name == 'a'`,
  ])("%s is none", (text) => {
    expect(() => evaluateMarker(text, markerEnvironment(target))).toThrow(MarkerFault);
  });

  test("any text is evaluated or refused", () => {
    const parts = fc.constantFrom("os_name", "==", "'posix'", "and", "or", "(", ")", "not", "in", '"', "3");
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(parts).map((all) => all.join(" ")),
        ),
        (text) => {
          expect(["boolean", "fault"]).toContain(outcomeOf(text));
        },
      ),
    );
  });
});

test("versions are in the order of PEP 440", () => {
  const ordered = [
    "1.dev0",
    "1.0a1.dev1",
    "1.0a1",
    "1.0a2",
    "1.0b1",
    "1.0rc1",
    "1.0",
    "1.0+abc.5",
    "1.0+abc.7",
    "1.0+5",
    "1.0.post1.dev1",
    "1.0.post1",
    "1.1.dev1",
    "1.1",
    "1.10",
    "1!0.5",
  ];
  const parsed = ordered.map((text) => parseVersion(text)!);
  for (const [index, one] of parsed.entries()) {
    for (const [at, other] of parsed.entries()) {
      expect(Math.sign(compareVersions(one, other))).toBe(Math.sign(index - at));
    }
  }
  expect(compareVersions(parseVersion("v1.0")!, parseVersion("1.0.0")!)).toBe(0);
  expect(parseVersion("1.0 beta")).toBeUndefined();
});
