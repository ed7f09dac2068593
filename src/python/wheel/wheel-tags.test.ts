import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findTestPython, runTestPython } from "../../zip/test-python.ts";
import type { PythonTarget } from "../lock.ts";
import { selectWheel, supportedTags } from "./wheel-tags.ts";

const linux: PythonTarget = { python: "3.13", system: "linux", machine: "x86_64", floor: [2, 34] };
const amazonLinux2: PythonTarget = { ...linux, python: "3.11", floor: [2, 26] };

const python = findTestPython("pip._vendor.packaging.tags");

/** What pip accepts for each target, in its order: pip's own tables, told of another system than this one. */
const pipProgram = `
import json, sys, sysconfig
from pip._vendor.packaging import _manylinux, tags
try:
    from pip._vendor.packaging import _musllinux
    _musllinux.platform_tags = lambda *arguments: iter(())
    tags._musllinux.platform_tags = _musllinux.platform_tags
except ImportError:
    pass
answer = []
for target in json.load(sys.stdin):
    version = tuple(int(part) for part in target["python"].split("."))
    if target["system"] == "linux":
        sysconfig.get_platform = lambda: "linux-" + target["machine"]
        _manylinux._get_glibc_version = lambda: tuple(target["floor"])
        platforms = list(tags._linux_platforms(is_32bit=False))
    else:
        machine = {"aarch64": "arm64"}.get(target["machine"], target["machine"])
        platforms = list(tags.mac_platforms(tuple(target["floor"]), machine))
    name = "cp%d%d" % version
    all_tags = list(tags.cpython_tags(version, [name], platforms)) + list(tags.compatible_tags(version, name, platforms))
    answer.append([str(tag) for tag in all_tags])
json.dump(answer, sys.stdout)
`;

test.skipIf(python === undefined)("tags and their order are pip's", () => {
  const floors = {
    linux: [
      [2, 17],
      [2, 26],
      [2, 34],
      [2, 41],
    ],
    macos: [
      [10, 15],
      [11, 0],
      [14, 0],
      [26, 1],
    ],
  } as const;
  const targets: PythonTarget[] = ["3.9", "3.11", "3.13", "3.14"].flatMap((version) =>
    (["linux", "macos"] as const).flatMap((system) =>
      (["x86_64", "aarch64"] as const).flatMap((machine) =>
        floors[system]
          // There is no arm64 before macOS 11.
          .filter(([major]) => major !== 10 || machine === "x86_64")
          .map((floor) => ({ python: version, system, machine, floor })),
      ),
    ),
  );
  const theirs = runTestPython(python ?? "", pipProgram, targets);
  expect(targets.map((target) => supportedTags(target))).toEqual(theirs);
});

function select(target: PythonTarget, ...names: readonly string[]): string | undefined {
  return selectWheel(
    names.map((name) => ({ name: `demo-1.0-${name}.whl` })),
    target,
  )?.name.slice("demo-1.0-".length, -".whl".length);
}

describe("the wheel that is selected", () => {
  test.each<[string, string, ...string[]]>([
    [
      "own ABI before the stable one",
      "cp313-cp313-manylinux_2_17_x86_64",
      "cp313-abi3-manylinux_2_34_x86_64",
    ],
    ["a newer stable ABI", "cp312-abi3-manylinux_2_17_x86_64", "cp39-abi3-manylinux_2_17_x86_64"],
    ["compiled before pure", "cp39-abi3-manylinux_2_17_x86_64", "py3-none-any", "cp313-none-any"],
    ["the newest glibc that fits", "cp313-cp313-manylinux_2_34_x86_64", "cp313-cp313-manylinux_2_28_x86_64"],
    ["an old name of manylinux", "cp313-cp313-manylinux2014_x86_64", "cp313-cp313-manylinux1_x86_64"],
    ["manylinux before plain linux", "cp313-cp313-manylinux1_x86_64", "cp313-cp313-linux_x86_64"],
    [
      "the best of several tags",
      "cp313-cp313-manylinux1_x86_64.manylinux_2_34_x86_64",
      "cp313-cp313-manylinux_2_28_x86_64",
    ],
    ["py3 before nothing", "py2.py3-none-any", "py2-none-any"],
    ["a higher build", "10-py3-none-any", "9-py3-none-any", "py3-none-any"],
    ["a higher build by its letters", "1b-py3-none-any", "1a-py3-none-any", "1-py3-none-any"],
    ["a better tag before a higher build", "cp313-cp313-linux_x86_64", "5-py3-none-any"],
  ])("%s", (_, expected, ...others) => {
    expect(select(linux, expected, ...others)).toBe(expected);
    expect(select(linux, ...others, expected)).toBe(expected);
  });

  test("nothing that does not run on the target is ever taken", () => {
    const names = [
      "cp313-cp313t-manylinux_2_17_x86_64",
      "cp313-cp313-manylinux_2_35_x86_64",
      "cp313-cp313-manylinux_2_17_aarch64",
      "cp313-cp313-musllinux_1_2_x86_64",
      "cp314-abi3-manylinux_2_17_x86_64",
      "cp312-cp312-manylinux_2_17_x86_64",
      "cp313-cp313-win_amd64",
      "cp313-cp313-macosx_11_0_arm64",
      "cp310-none-any",
      "py2-none-any",
      "py314-none-any",
      "nonsense",
    ];
    expect(select(linux, ...names)).toBeUndefined();
  });

  test("Amazon Linux 2: up to 2_26 and not above", () => {
    const [oldest = "", newest = "", ...above] = [17, 26, 27, 28].map(
      (minor) => `cp311-cp311-manylinux_2_${minor}_x86_64`,
    );
    expect(select(amazonLinux2, oldest, newest, ...above)).toBe(newest);
    expect(select(amazonLinux2, ...above)).toBeUndefined();
    // A wheel with several platform tags runs on all of them: auditwheel adds the ones it found lower.
    const both = "cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64";
    expect(select(amazonLinux2, both)).toBe(both);
  });

  test("equally good wheels: the first by name, whatever their order", () => {
    const tag = "manylinux_2_17_x86_64.manylinux2014_x86_64";
    const names = [
      `cp313-cp313-${tag}.manylinux_2_28_x86_64`,
      `cp313-cp313-manylinux_2_28_x86_64`,
      `cp313.cp312-cp313-manylinux_2_28_x86_64`,
    ];
    const first = names.toSorted()[0];
    fc.assert(
      fc.property(fc.shuffledSubarray(names, { minLength: 3 }), (shuffled) => {
        expect(select(linux, ...shuffled)).toBe(first);
      }),
    );
  });
});
