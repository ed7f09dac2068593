import { readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { createHash } from "node:crypto";
import { compareBytewise } from "../workspace/compare-bytewise.ts";
import type { FileHashes } from "./file-hashes.ts";
import { type FolderStamp, folderStamp } from "./stamps.ts";

const testFolders = ["tests", "scripts", "events"];
const testFiles = [
  "requirements-test.txt",
  "requirements-dev.txt",
  "conftest.py",
  "pytest.ini",
  "pyproject.toml",
  "tox.ini",
  "setup.cfg",
];
const leftOut = new Set(["__pycache__", ".pytest_cache", ".git", ".DS_Store"]);

/** What the tests of a function are made of, apart from the tree that they test. */
export interface TestInputs {
  /** Absolute paths, always in the same order. */
  readonly files: readonly string[];
  /** Folders that were listed, with their stamps: an added file shows there. */
  readonly folders: Readonly<Record<string, FolderStamp>>;
  /** Files that would count if they were there. */
  readonly absent: readonly string[];
}

/** @param required what the test requirements name besides: files and folders, absolute paths */
export function readTestInputs(
  folder: string,
  required: { readonly included: readonly string[]; readonly folders: readonly string[] } = {
    included: [],
    folders: [],
  },
): TestInputs {
  const files: string[] = [];
  const folders: Record<string, FolderStamp> = {};
  const absent: string[] = [];
  const visit = (path: string): void => {
    folders[path] = folderStamp(path) ?? 0;
    for (const name of readdirSync(path).toSorted(compareBytewise)) {
      if (leftOut.has(name) || name.endsWith(".pyc")) continue;
      const child = join(path, name);
      const status = statSync(child, { throwIfNoEntry: false });
      if (status?.isFile()) files.push(child);
      else if (status?.isDirectory() && folderStamp(child) !== undefined) visit(child);
    }
  };
  for (const name of testFolders) {
    const path = join(folder, name);
    if (folderStamp(path) === undefined) absent.push(path);
    else visit(path);
  }
  for (const name of testFiles) {
    const path = join(folder, name);
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) files.push(path);
    else absent.push(path);
  }
  for (const path of required.folders) folders[path] = folderStamp(path) ?? 0;
  const own = new Set(files);
  return { files: [...files, ...required.included.filter((file) => !own.has(file))], folders, absent };
}

/** Digest of the tests: as long as it is the same, a passed run of the same zip counts. */
export function digestTests(
  folder: string,
  inputs: TestInputs,
  hashes: FileHashes,
  settings: {
    readonly requirements: readonly string[];
    readonly interpreter: string | null;
    /** PYTEST_ADDOPTS: a run of some tests is no run of all. */
    readonly options: string | null;
  },
): string {
  const hash = createHash("sha256").update(JSON.stringify([1, settings]));
  for (const file of inputs.files) {
    const executable = ((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o111) !== 0;
    const isOwn = file.startsWith(`${folder}/`);
    const name = isOwn ? file.slice(folder.length) : relative(folder, file);
    hash.update(JSON.stringify([name, executable, hashes.hash(file)?.sha256]));
  }
  return hash.digest("hex");
}
