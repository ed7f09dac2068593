import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { rm } from "node:fs/promises";
import type { Context } from "../context.ts";

/** A temporary folder for one test, with these files in it; a path that ends with `/` makes a folder. */
export function makeTree(files: Readonly<Record<string, string>> = {}): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "brig tree ")));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  writeTree(root, files);
  return root;
}

export function writeTree(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(path.endsWith("/") ? join(root, path) : dirname(join(root, path)), { recursive: true });
    if (!path.endsWith("/")) writeFileSync(join(root, path), text);
  }
}

export function contextIn(cwd: string, env: Context["env"] = process.env): Context {
  return {
    cwd,
    env,
    now: () => new Date("2026-11-23T21:45:01Z"),
    signal: new AbortController().signal,
    report: () => {},
  };
}
