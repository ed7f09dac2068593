import { createHash } from "node:crypto";
import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";
import { makeWheel } from "../python/wheel/test-wheel.ts";
import { indexWheel } from "../python/wheel/wheel-index.ts";
import { type Archive, unpackedFile } from "../zip/archive.ts";
import type { Dependency, TreeEntry } from "./layout.ts";

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** An entry of the function's own, for tests: written below `folder`. */
export function sourceEntry(folder: string, path: string, text: string, executable = false): TreeEntry {
  const file = join(folder, path);
  const bytes = Buffer.from(text);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  if (executable) chmodSync(file, 0o755);
  const size = bytes.length;
  return {
    path,
    executable,
    size,
    crc32: crc32(bytes),
    sha256: digest(bytes),
    origin: { kind: "source", file },
  };
}

/** Bytecode of the function's own, for tests: any text in the place of what a compiler makes. */
export function bytecodeEntry(path: string, text: string): TreeEntry {
  const bytes = Buffer.from(text);
  const sums = { size: bytes.length, crc32: crc32(bytes), sha256: digest(bytes) };
  return { path, executable: false, ...sums, origin: { kind: "bytecode", bytes } };
}

/** A dependency with these files, for tests: a wheel in `folder`. */
export function makeDependency(
  folder: string,
  name: string,
  files: Readonly<Record<string, string>>,
): Dependency {
  const entries = Object.entries(files).map(([path, contents]) => ({ name: path, contents }));
  const bytes = makeWheel({ name, entries });
  const file = join(folder, `${name}-1.0-py3-none-any.whl`);
  writeFileSync(file, bytes);
  writeFileSync(unpackedFile(file), "");
  const archive = indexWheel(bytes, file, digest(bytes), undefined, (contents) =>
    appendFileSync(unpackedFile(file), contents),
  );
  return { owner: `${name} 1.0`, archive, bytecode: undefined };
}

/** An archive that no file stands behind: paths and sizes are all that a layout looks at. */
export function imaginedArchive(files: Readonly<Record<string, number>>, seed = ""): Archive {
  const entries = Object.entries(files).map(([path, size]) => ({
    path,
    executable: false,
    method: 0 as const,
    crc32: 0,
    size,
    compressedSize: size,
    offset: 0,
    unpackedOffset: 0,
    sha256: digest(Buffer.from(`${seed}${path}`)),
  }));
  return { file: `/imagined/${seed}`, sha256: digest(Buffer.from(seed)), size: 0, entries };
}
