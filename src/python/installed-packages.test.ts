import { expect, test } from "vitest";
import { findInstalledPackages } from "./installed-packages.ts";

function find(files: Readonly<Record<string, string>>): ReturnType<typeof findInstalledPackages> {
  return findInstalledPackages(Object.keys(files), (path) => files[path]!);
}

test("packages are those of dist-infos at the root, by what their METADATA says", () => {
  const found = find({
    "Zope.Interface-7.0.dist-info/METADATA": "Name: zope.interface\r\nVersion: 7.0\r\n\r\nName: other\r\n",
    "a-1.dist-info/METADATA": "Name: a\nVersion: 1+cpu\n",
    "a-1.dist-info/RECORD": '"a,b.py",sha256=x,3\n../../bin/a,,\na-1.dist-info/RECORD,,\n',
    "a/vendored-2.dist-info/METADATA": "Name: vendored\nVersion: 2\n",
    "no-1.dist-info/WHEEL": "",
    "odd-1.dist-info/METADATA": "Name: --index-url\nVersion: 1\n",
  });
  expect(found).toEqual([
    {
      name: "a",
      version: "1+cpu",
      requirement: "a==1+cpu",
      folder: "a-1.dist-info",
      files: new Set(["a,b.py", "bin/a", "a-1.dist-info/RECORD"]),
    },
    {
      name: "zope-interface",
      version: "7.0",
      requirement: "zope.interface==7.0",
      folder: "Zope.Interface-7.0.dist-info",
      files: undefined,
    },
  ]);
});

test.each([
  [{ url: "https://h/r.git", vcs_info: { vcs: "git", commit_id: "abc" } }, "a @ git+https://h/r.git@abc"],
  [
    { url: "https://h/r.git", vcs_info: { vcs: "git", commit_id: "abc" }, subdirectory: "s" },
    "a @ git+https://h/r.git@abc#subdirectory=s",
  ],
  [{ url: "https://h/a-1.whl", archive_info: {} }, "a @ https://h/a-1.whl"],
  [
    { url: "https://me:canary@h/r.git", vcs_info: { vcs: "git", commit_id: "abc" } },
    "a @ git+https://h/r.git@abc",
  ],
  [{ url: "ssh://git@h/r.git", vcs_info: { vcs: "git", commit_id: "abc" } }, "a @ git+ssh://git@h/r.git@abc"],
  [{ url: "file:///home/me/a", dir_info: {} }, undefined],
  [{ url: "file:///home/me/a-1.whl", archive_info: {} }, undefined],
])("a package from %j", (origin, requirement) => {
  const found = find({
    "a-1.dist-info/METADATA": "Name: a\nVersion: 1\n",
    "a-1.dist-info/direct_url.json": JSON.stringify(origin),
  });
  expect(found[0]?.requirement).toBe(requirement);
});
