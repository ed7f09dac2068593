import type { Dependency } from "../build/layout.ts";
import { searchSharedCode } from "../build/search-shared-code.ts";
import type { ManifestWheel } from "../build/manifest.ts";
import type { Context } from "../context.ts";
import { compileArchive } from "../python/bytecode.ts";
import type { Interpreter } from "../python/interpreter.ts";
import type { Lock } from "../python/lock.ts";
import { withRequirementIndexes } from "../python/requirement-indexes.ts";
import { obtainArchives } from "../python/obtain-archives.ts";
import { requirementsOf } from "./ensure-lock.ts";
import { inParallel } from "./in-parallel.ts";
import type { Prepared } from "./prepare-build.ts";
import type { Workshop } from "./workshop.ts";

/** A dependency with the wheel that it comes from. */
export interface GatheredDependency extends Dependency {
  readonly wheel: ManifestWheel;
}

/** The wheels of the function's lock, fetched, checked and compiled where the store does not have them yet. */
export async function gatherDependencies(
  prepared: Prepared,
  workshop: Workshop,
  context: Context,
): Promise<readonly GatheredDependency[]> {
  const { locked, interpreter, settings } = prepared;
  if (!locked?.lock || locked.lock.packages.length === 0) return [];
  const bytecode = settings.build.bytecode !== false;
  return await gatherLocked(
    prepared,
    locked.lock,
    { interpreter: interpreter!, bytecode },
    workshop,
    context,
  );
}

/** The same for any lock of the function: its own, or its twin's. */
export async function gatherLocked(
  prepared: Pick<Prepared, "folder" | "settings" | "boundary" | "folders">,
  lock: Lock,
  python: { readonly interpreter: Interpreter | undefined; readonly bytecode: boolean },
  workshop: Workshop,
  context: Context,
): Promise<readonly GatheredDependency[]> {
  const { folder } = prepared;
  const indexes = await workshop.indexes(folder.folder);
  const settings = withRequirementIndexes(
    indexes,
    requirementsOf(folder, prepared.settings, prepared.boundary, context),
  );
  const obtained = await obtainArchives(
    lock,
    {
      subject: folder.name,
      folder: folder.folder,
      store: workshop.store,
      boundary: prepared.boundary,
      settings,
      folders: Object.fromEntries(
        Object.entries(prepared.folders).map(([path, { digest }]) => [path, digest]),
      ),
      offline: workshop.offline,
      interpreter: async () => python.interpreter ?? (await workshop.requireInterpreter(lock.target.python)),
      uv: () => workshop.uv(indexes),
    },
    context,
  );
  let compiled = 0;
  return await inParallel(
    obtained,
    workshop.jobs,
    async ({ package: locked, archive, wheelName, version }) => {
      context.signal.throwIfAborted();
      const { source } = locked;
      if (source.kind === "directory")
        await searchSharedCode(archive, source.path, prepared.settings.build.allow);
      const bytecode = python.bytecode
        ? await compileArchive(archive, python.interpreter!, workshop.store, context)
        : undefined;
      compiled += 1;
      const progress = { done: compiled, total: obtained.length, unit: "items" } as const;
      context.report({ kind: "progress", subject: folder.name, activity: "compiling", ...progress });
      const wheel = { name: locked.name, version, file: wheelName, sha256: archive.sha256 };
      return { owner: `${locked.name} ${version}`, archive, bytecode, wheel };
    },
  );
}
