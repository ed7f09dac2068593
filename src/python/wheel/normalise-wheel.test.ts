import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { extractMember } from "../../zip/extract.ts";
import { readZip } from "../../zip/reader.ts";
import { normaliseWheel } from "./normalise-wheel.ts";
import { makeWheel } from "./test-wheel.ts";
import { indexWheel } from "./wheel-index.ts";

const text = "print('a line of a module')\n".repeat(50);
const files = [
  { name: "demo/a.py", contents: text, mode: 0o100664 },
  { name: "demo/b.py", contents: text.repeat(2), mode: 0o100700 },
];

function filesOf(bytes: Buffer): ReadonlyMap<string, string> {
  const members = readZip(bytes, "demo.whl").filter((member) => !member.isDirectory);
  return new Map(members.map((member) => [member.name, extractMember(bytes, member, "demo.whl").toString()]));
}

test("the files stay, everything else becomes brig's own", () => {
  const built = makeWheel({ entries: [{ name: "demo/", method: 0, mode: 0o040755 }, ...files] });
  const normal = normaliseWheel(built, "demo.whl");
  expect(filesOf(normal)).toEqual(filesOf(built));
  const members = readZip(normal, "demo.whl");
  expect(members.map((member) => member.mode?.toString(8))).toEqual([
    "100644",
    "100644",
    "100644",
    "100644",
    "100755",
  ]);
  expect(normal.includes(Buffer.from("demo/PK"))).toBe(false);
});

test("order, modes and compression of the build leave no trace", () => {
  const [first, second] = files;
  const wheel = (method: number, mode: number): Buffer =>
    makeWheel({
      entries: [
        { ...first, name: "demo/a.py", method, mode },
        { ...second, name: "demo/b.py" },
      ],
    });
  const one = normaliseWheel(wheel(8, 0o100664));
  const two = normaliseWheel(wheel(0, 0o100600));
  expect(one.equals(two)).toBe(true);
  expect(normaliseWheel(one).equals(one)).toBe(true);
});

test("it is still a wheel", () => {
  const normal = normaliseWheel(makeWheel({ entries: files }));
  const sha256 = createHash("sha256").update(normal).digest("hex");
  expect(indexWheel(normal, "/store/demo-1.0-py3-none-any.whl", sha256).entries).toHaveLength(4);
});
