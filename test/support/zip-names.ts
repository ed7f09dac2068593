import { readFileSync } from "node:fs";
import { extractMember } from "../../src/zip/extract.ts";
import { readZip } from "../../src/zip/reader.ts";

/** The names in a zip, in its order. */
export function zipNames(file: string): string[] {
  return readZip(readFileSync(file), file).map(({ name }) => name);
}

/** The text of one file in a zip. */
export function zipText(file: string, name: string): string {
  const bytes = readFileSync(file);
  const member = readZip(bytes, file).find((each) => each.name === name);
  if (member === undefined) throw new Error(`${file} has no ${name}`);
  return extractMember(bytes, member, file).toString("utf8");
}
