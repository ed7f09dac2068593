import { resolve } from "node:path";
import { writeFileAtomic } from "../store/atomic-file.ts";
import { contentFile, readVerified, sha256Of } from "../store/content.ts";
import { withProcessLock } from "../store/process-lock.ts";
import { readRecord, writeRecord } from "../store/record.ts";
import { buildWheel, type BuildSource } from "./build-wheel.ts";
import { fetchFile } from "./fetch-file.ts";
import type { LockedPackage } from "./lock.ts";
import { type Obtaining, type ObtainOptions, type Wheel, wheelFile } from "./obtaining.ts";

/** Which wheel a package comes to; one that has none is built first. */
export async function findOrBuildWheel(each: LockedPackage, obtaining: Obtaining): Promise<Wheel> {
  const { options, target, context } = obtaining;
  const { source } = each;
  if (source.kind === "wheel") return { sha256: source.file.sha256, name: source.file.name };
  const { store } = options;
  const identity = identityOf(each, options);
  const { python, system, machine, floor } = target;
  const key = sha256Of(JSON.stringify([1, identity, python, system, machine, floor]));
  const record = contentFile(store, "built", key, ".json");
  return await store.once(record, async () => {
    const known = readRecord<Wheel>(record);
    if (known && (await readVerified(wheelFile(store, known), known.sha256))) return known;
    return await withProcessLock(`${record}.lock`, { signal: context.signal }, async () => {
      const other = readRecord<Wheel>(record);
      if (other && (await readVerified(wheelFile(store, other), other.sha256))) return other;
      const build: BuildSource = await locateSource(each, obtaining);
      const { name, bytes } = await buildWheel(
        {
          title: source.kind === "directory" ? source.path : `${each.name} ${each.version ?? ""}`.trim(),
          source: build,
          target,
          interpreter: await options.interpreter(),
          uv: await options.uv(),
          settings: options.settings,
          offline: options.offline,
        },
        context,
      );
      const wheel = { sha256: sha256Of(bytes), name };
      await writeFileAtomic(wheelFile(store, wheel), bytes);
      await writeRecord(record, wheel);
      return wheel;
    });
  });
}

function identityOf({ name, source }: LockedPackage, options: ObtainOptions): readonly unknown[] {
  switch (source.kind) {
    case "wheel":
    case "sdist":
      return [name, source.file.sha256];
    case "archive":
      return [name, source.file.sha256, source.subdirectory];
    case "vcs":
      return [name, source.url, source.commit, source.subdirectory];
    case "directory":
      return [name, options.folders[source.path]];
  }
}

async function locateSource({ source }: LockedPackage, obtaining: Obtaining): Promise<BuildSource> {
  const { options } = obtaining;
  switch (source.kind) {
    case "directory":
      return { kind: "directory", folder: resolve(options.folder, source.path), boundary: options.boundary };
    case "vcs":
      return { kind: "vcs", url: source.url, commit: source.commit, subdirectory: source.subdirectory };
    case "archive":
    case "sdist":
    case "wheel": {
      // uv reads a project's name and version from the name of its source distribution.
      const file = contentFile(options.store, "sources", source.file.sha256, `/${source.file.name}`);
      if (!(await readVerified(file, source.file.sha256))) await fetchFile(source.file, file, obtaining);
      return {
        kind: "archive",
        file,
        subdirectory: source.kind === "archive" ? source.subdirectory : undefined,
      };
    }
  }
}
