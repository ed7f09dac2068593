import { readFileSync } from "node:fs";
import { parse } from "smol-toml";

export type Table = Readonly<Record<string, unknown>>;

/** The table of a TOML file; `undefined` where it is not there, or is no TOML: whoever uses it for real will say so. */
export function readToml(file: string): Table | undefined {
  try {
    return parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

export function asTable(value: unknown): Table | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date)
    ? { ...value }
    : undefined;
}
