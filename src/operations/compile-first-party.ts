import { crc32 } from "node:zlib";
import type { TreeEntry } from "../build/layout.ts";
import type { Context } from "../context.ts";
import { sha256Of } from "../store/content.ts";
import { bytesOf, type Prepared } from "./prepare-build.ts";
import type { Workshop } from "./workshop.ts";

/** Bytecode of the function's own Python files; none where the settings say so or the function is not Python's. */
export async function compileFirstParty(
  prepared: Prepared,
  workshop: Workshop,
  context: Context,
): Promise<readonly TreeEntry[]> {
  const { interpreter, settings, firstParty } = prepared;
  if (interpreter === undefined || settings.build.bytecode === false) return [];
  const { compileSources } = await import("../python/source-bytecode.ts");
  const bytes = bytesOf(prepared);
  const files = firstParty
    .filter(({ path }) => path.endsWith(".py"))
    .map((entry) => ({ path: entry.path, sha256: entry.sha256, bytes: () => bytes(entry) }));
  const compiled = await compileSources(files, interpreter, workshop.store, context);
  return compiled.map(({ path, bytes: pyc }) => ({
    path,
    executable: false,
    size: pyc.length,
    crc32: crc32(pyc),
    sha256: sha256Of(pyc),
    origin: { kind: "bytecode", bytes: pyc },
  }));
}
