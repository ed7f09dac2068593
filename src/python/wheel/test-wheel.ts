import { createHash } from "node:crypto";
import { type TestEntry, makeZip } from "../../zip/test-zip.ts";

/** A wheel for tests: entries as given, with a dist-info folder whose files can be replaced. */
export interface TestWheel {
  readonly name?: string;
  readonly version?: string;
  readonly entries?: readonly TestEntry[];
  /** Files of the dist-info folder in place of, or beside, the usual ones; null leaves one out. */
  readonly distInfo?: Readonly<Record<string, string | null>>;
  readonly folder?: string;
  /** Changes the rows of RECORD. */
  readonly record?: (rows: string[]) => string[];
}

export function makeWheel(wheel: TestWheel = {}): Buffer {
  const { name = "demo", version = "1.0", entries = [] } = wheel;
  const folder = wheel.folder ?? `${name}-${version}.dist-info`;
  const distInfo = {
    WHEEL: "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    METADATA: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n\nA text.\n`,
    ...wheel.distInfo,
  };
  const files = Object.entries(distInfo).flatMap(([file, contents]) =>
    contents === null ? [] : [{ name: `${folder}/${file}`, contents }],
  );
  const all: TestEntry[] = [...entries, ...files];
  const hasRecord = Object.keys(wheel.distInfo ?? {}).includes("RECORD");
  if (!hasRecord) {
    const rows = all.filter((entry) => !entry.name.toString().endsWith("/")).map((entry) => recordRow(entry));
    const edited = wheel.record?.(rows) ?? rows;
    all.push({ name: `${folder}/RECORD`, contents: [...edited, `${folder}/RECORD,,`, ""].join("\n") });
  }
  return makeZip(all);
}

export function recordRow({ name, contents = "" }: TestEntry, algorithm = "sha256"): string {
  const bytes = Buffer.from(contents);
  const path = name.toString();
  const quoted = /[",\n]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path;
  return `${quoted},${algorithm}=${createHash(algorithm).update(bytes).digest("base64url")},${bytes.length}`;
}
