import fc from "fast-check";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipSync } from "fflate";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeZip } from "../test-service.ts";
import { openCodeStore } from "./code-store.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "brig-code-"));
});
afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true, force: true });
});

const zipWithMode = (name: string, mode: number): Buffer =>
  Buffer.from(zipSync({ [name]: [new TextEncoder().encode("text"), { os: 3, attrs: mode << 16 }] }));

const zipWithLink = (name: string, target: string, files: Readonly<Record<string, string>> = {}): Buffer => {
  const encoded = Object.entries(files).map(
    ([path, text]) => [path, new TextEncoder().encode(text)] as const,
  );
  const link = [new TextEncoder().encode(target), { os: 3, attrs: 0o120777 << 16 }] as const;
  return Buffer.from(zipSync({ ...Object.fromEntries(encoded), [name]: [link[0], link[1]] }));
};

test("links inside of the zip are links, as on Lambda", async () => {
  const store = openCodeStore(folder);
  const files = { "lib/libx.so.1.2": "library", "app.py": "code" };
  const zip = zipWithLink("lib/libx.so", "./libx.so.1.2", files);
  const { folder: place } = await store.add(zip);
  expect(readlinkSync(join(place, "lib/libx.so"))).toBe("./libx.so.1.2");
  expect(readFileSync(join(place, "lib/libx.so"), "utf8")).toBe("library");
  const up = await store.add(zipWithLink("deep/er/code", "../../app.py", files));
  expect(readFileSync(join(up.folder, "deep/er/code"), "utf8")).toBe("code");
});

test("files keep their bytes and the executable bit, and the same zip is unpacked once", async () => {
  const store = openCodeStore(folder);
  const zip = zipWithMode("bin/bootstrap", 0o100755);
  const [one, two] = await Promise.all([store.add(zip), store.add(Buffer.from(zip))]);
  expect(one).toBe(two);
  expect(statSync(join(one.folder, "bin/bootstrap")).mode & 0o777).toBe(0o755);
  expect(readFileSync(one.zipFile!).equals(zip)).toBe(true);
  expect(one).toMatchObject({ size: zip.length, unzippedSize: 4 });
});

test("what leaves the folder, is no file, or is no zip is refused and leaves nothing", async () => {
  const store = openCodeStore(folder);
  const refused: [Buffer, RegExp][] = [
    [makeZip({ "../outside": "x" }), /^Could not unzip uploaded file\..* \(.*"\.\." part/],
    [makeZip({ "/absolute": "x" }), /absolute/],
    [makeZip({ "a\\b": "x" }), /backslash/],
    [zipWithLink("link", "/etc/passwd"), /absolute path/],
    [zipWithLink("link", ".."), /leaves the folder/],
    [zipWithLink("deep/link", "../../x"), /leaves the folder/],
    [zipWithLink("deep/link", "../lib/../../../x"), /\.\. behind a name/],
    [zipWithLink("link", ""), /to nothing/],
    [zipWithLink("link", "lib", { "link/below.py": "x" }), /needs a folder of that name/],
    [zipWithMode("device", 0o060666), /no plain file/],
    [Buffer.from("PK\u0003\u0004 and nothing"), /^Could not unzip uploaded file\./],
    [Buffer.alloc(0), /^Could not unzip uploaded file\. Please check your file, then try to upload again\.$/],
  ];
  for (const [zip, message] of refused) await expect(store.add(zip)).rejects.toThrow(message);
  expect(readdirSync(folder)).toEqual([]);
  expect(existsSync(join(folder, "..", "outside"))).toBe(false);
});

test("a zip that claims to be small and is not, or is over the limit, is refused", async () => {
  const store = openCodeStore(folder);
  const zip = makeZip({ "zeros.txt": "0".repeat(100_000) });
  // The sizes in both headers.
  const lying = Buffer.from(zip);
  const central = lying.indexOf(Buffer.from("PK\u0001\u0002"));
  lying.writeUInt32LE(10, 22);
  lying.writeUInt32LE(10, central + 24);
  await expect(store.add(lying)).rejects.toThrow("Could not unzip uploaded file.");
  const large = Buffer.from(zip);
  large.writeUInt32LE(262_144_001, 22);
  large.writeUInt32LE(262_144_001, central + 24);
  await expect(store.add(large)).rejects.toThrow("Unzipped size must be smaller than 262144000 bytes");
  expect(readdirSync(folder)).toEqual([]);
});

test("whatever the bytes, it is an AWS error or an unpacked folder", async () => {
  const store = openCodeStore(folder);
  const zip = makeZip({ "a.py": "one", "b/c.txt": "two".repeat(50) });
  await fc.assert(
    fc.asyncProperty(fc.nat(zip.length - 1), fc.nat(255), async (place, value) => {
      const changed = Buffer.from(zip);
      changed[place] = value;
      const result = await store.add(changed).catch((error: Error) => error.name);
      if (typeof result === "string") expect(result).toBe("AwsFault");
      else expect(result.folder.startsWith(folder)).toBe(true);
    }),
    { numRuns: 150 },
  );
});
