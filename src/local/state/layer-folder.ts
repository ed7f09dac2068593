import { createHash } from "node:crypto";
import { link, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { StoredCode } from "./code-store.ts";

/**
 * The folder that a function with these layers finds as `/opt`: the layers one over the other, a later one's file in
 * place of an earlier one's (AWS Lambda Developer Guide, "Adding layers to functions").
 *
 * @param parent where merged folders are kept
 * @returns `undefined` without layers; with one layer its own folder
 */
export async function mergeLayers(
  layers: readonly StoredCode[],
  parent: string,
): Promise<string | undefined> {
  if (layers.length < 2) return layers[0]?.folder;
  const digest = createHash("sha256").update(layers.map(({ sha256 }) => sha256).join("\n"));
  const folder = join(parent, digest.digest("hex"));
  const unfinished = `${folder}.${process.pid}-${Math.trunc(performance.now() * 1000)}`;
  for (const { folder: source } of layers) await mergeFolder(source, unfinished);
  try {
    await rename(unfinished, folder);
  } catch {
    // Another function with the same layers was first.
    await rm(unfinished, { recursive: true, force: true });
  }
  return folder;
}

async function mergeFolder(source: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  for (const entry of await readdir(source, { withFileTypes: true })) {
    const from = join(source, entry.name);
    const to = join(target, entry.name);
    if (entry.isDirectory()) {
      await rm(to, { force: true }).catch(() => {});
      await mergeFolder(from, to);
    } else {
      await rm(to, { force: true, recursive: true });
      await link(from, to);
    }
  }
}
