/** The house stays like its map: imports go one way, files stay small, nothing is called utils. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";

const source = join(import.meta.dirname, "../src");
/** From the one that may import all others to the ground that imports none. */
const rooms = ["cli", "operations", "deploy", "local", "build", "python", "zip", "store", "workspace", ""];

const files = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
  .map((name) => ({ name, text: readFileSync(join(source, name), "utf8") }));

function roomOf(name: string): number {
  const room = name.includes("/") ? name.slice(0, name.indexOf("/")) : "";
  return rooms.indexOf(room);
}

function importsOf({ name, text }: { name: string; text: string }): string[] {
  const paths = [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g)].map((match) => match[1]!);
  return paths.map((path) => relative(source, join(source, dirname(name), path)));
}

test("every file is in a room", () => {
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter(({ name }) => roomOf(name) === -1)).toEqual([]);
});

test("imports go down the list of rooms, never up", () => {
  const upward = files.flatMap((file) =>
    importsOf(file)
      .filter((imported) => roomOf(imported) < roomOf(file.name))
      .map((imported) => `${file.name} imports ${imported}`),
  );
  expect(upward).toEqual([]);
});

test("no imports in a circle", () => {
  const graph = new Map(files.map((file) => [file.name, importsOf(file)]));
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    if (path.includes(name))
      throw new Error(`circle: ${[...path.slice(path.indexOf(name)), name].join(" → ")}`);
    if (done.has(name)) return;
    for (const next of graph.get(name) ?? []) visit(next, [...path, name]);
    done.add(name);
  };
  for (const { name } of files) visit(name, []);
});

test("files are small, and named for what they hold", () => {
  const lengths = files.map(({ text }) => text.split("\n").length).toSorted((a, b) => a - b);
  expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThan(110);
  expect(files.filter(({ text }) => text.split("\n").length > 360).map(({ name }) => name)).toEqual([]);
  expect(files.filter(({ name }) => /utils|helpers|common|misc/.test(name)).map(({ name }) => name)).toEqual(
    [],
  );
});

test("only the command line knows the process", () => {
  const codeOf = (text: string): string => text.replace(/\/\*\*[^]*?\*\/|\/\/.*/g, "");
  // Support of tests, and programs that run in a process of their own, which are texts here.
  const isApart = (name: string): boolean => /(^|\/)(test-[^/]+|testing|[^/]+-program)\.ts$/.test(name);
  const knowing = files.filter(
    ({ name, text }) =>
      !isApart(name) && name !== "cli/main.ts" && /\bprocess\.(cwd|env|exit|argv)\b/.test(codeOf(text)),
  );
  expect(knowing.map(({ name }) => name)).toEqual([]);
});
