import { join } from "node:path";
import type { Context } from "../context.ts";
import { contentFile, sha256Of } from "../store/content.ts";
import { readChecked, writeChecked } from "../store/record.ts";
import type { Store } from "../store/store-directory.ts";
import { bytecodePath, compilePython, compilerFormat } from "./bytecode-compiler.ts";
import type { Interpreter } from "./interpreter.ts";

/** A first-party Python file; `bytes` is asked for only when it was never compiled before. */
export interface SourceToCompile {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: () => Uint8Array;
}

export interface CompiledSource {
  /** Where the pyc stands in the tree. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * Bytecode of first-party files: each is compiled once for its bytes, its path and the interpreter, all missing ones in
 * one process. What is no Python of this version is left out.
 */
export async function compileSources(
  files: readonly SourceToCompile[],
  interpreter: Interpreter,
  store: Store,
  context: Context,
): Promise<readonly CompiledSource[]> {
  const place = (file: SourceToCompile): string => {
    const key = sha256Of(`source ${compilerFormat} ${file.sha256} ${file.path} ${interpreter.version}`);
    return contentFile(store, join("bytecode", "sources"), key, "");
  };
  const kept = files.map((file) => ({ file, pyc: readChecked(place(file)) }));
  const compiled = new Map<string, Uint8Array>();
  const missing = kept.filter(({ pyc }) => pyc === undefined).map(({ file }) => file);
  await compilePython(missing, interpreter, context, (source, pyc) =>
    compiled.set(source.path, pyc ?? Buffer.alloc(0)),
  );
  await Promise.all(
    missing.map((file) => writeChecked(place(file), compiled.get(file.path)!).catch(() => {})),
  );
  return kept.flatMap(({ file, pyc }) => {
    const bytes = pyc ?? compiled.get(file.path)!;
    return bytes.length > 0 ? [{ path: bytecodePath(file.path, interpreter), bytes }] : [];
  });
}
