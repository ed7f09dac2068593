/** Small wheels, made by hand, in a folder that `--find-links` or a test index can serve. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeWheel } from "../../src/python/wheel/test-wheel.ts";
import type { TestEntry } from "../../src/zip/test-zip.ts";

export interface SmallWheel {
  readonly name: string;
  readonly version?: string;
  readonly tags?: string;
  readonly requires?: readonly string[];
  readonly extras?: Readonly<Record<string, readonly string[]>>;
  /** Text of its files by path; `<name>.py` alone otherwise. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
}

export interface MadeWheel {
  /** File name. */
  readonly name: string;
  readonly bytes: Buffer;
}

export function smallWheel(wheel: SmallWheel): MadeWheel {
  const { name, version = "1.0", tags = "py3-none-any", requires = [], extras = {} } = wheel;
  const files = wheel.files ?? { [`${name}.py`]: `version = "${version}"\n` };
  const entries: TestEntry[] = Object.entries(files).map(([path, contents]) => ({ name: path, contents }));
  const metadata = [
    "Metadata-Version: 2.1",
    `Name: ${name}`,
    `Version: ${version}`,
    ...requires.map((each) => `Requires-Dist: ${each}`),
    ...Object.entries(extras).flatMap(([extra, lines]) => [
      `Provides-Extra: ${extra}`,
      ...lines.map((each) => `Requires-Dist: ${each}; extra == "${extra}"`),
    ]),
  ];
  const distInfo = {
    METADATA: `${metadata.join("\n")}\n`,
    WHEEL: `Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: ${tags}\n`,
  };
  return { name: `${name}-${version}-${tags}.whl`, bytes: makeWheel({ name, version, entries, distInfo }) };
}

export function writeWheels(folder: string, ...wheels: readonly SmallWheel[]): void {
  mkdirSync(folder, { recursive: true });
  for (const { name, bytes } of wheels.map(smallWheel)) writeFileSync(join(folder, name), bytes);
}
