import { readFileSync } from "node:fs";
import type { Context } from "../context.ts";
import type { Interpreter } from "../python/interpreter.ts";
import { ensureTestEnvironment } from "../python/test-environment.ts";
import type { Prepared } from "./prepare-build.ts";
import { readTestRequirements } from "./test-requirements.ts";
import type { Workshop } from "./workshop.ts";

/**
 * The Python that runs the function's tests: a virtual environment with pytest and the test requirements, outside of
 * the staging tree, made once for the same requirements.
 */
export async function prepareTestEnvironment(
  prepared: Prepared,
  interpreter: Interpreter,
  workshop: Workshop,
  context: Context,
): Promise<string> {
  const { folder, settings, locked, boundary, otherHashes } = prepared;
  const { files, included, refresh } = await readTestRequirements(folder, settings, boundary, context);
  const indexes = await workshop.indexes(folder.folder);
  // What both need is installed in the version that the zip has, so that the tests see one and the same code.
  const constraints = (locked?.lock?.packages ?? []).flatMap(({ name, version, source }) =>
    version !== undefined && (source.kind === "wheel" || source.kind === "sdist")
      ? [`${name}==${version}`]
      : [],
  );
  context.report({ kind: "progress", subject: folder.name, activity: "preparing pytest" });
  return await ensureTestEnvironment(
    {
      subject: folder.name,
      folder: folder.folder,
      interpreter,
      requirements: settings.test.requirements,
      files: files.map((file) => ({ file, text: readFileSync(file, "utf8") })),
      included: included.map((file) => ({ file, sha256: otherHashes.hash(file)?.sha256 ?? null })),
      refresh,
      constraints,
      settings: indexes,
      offline: workshop.offline,
    },
    () => workshop.uv(indexes),
    workshop.store,
    context,
  );
}
