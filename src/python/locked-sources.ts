import { readFile, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { BrigError } from "../errors.ts";
import { sha256Of } from "../store/content.ts";
import { inTemporaryFolder } from "../store/temporary-folder.ts";
import type { Choice } from "./choose-file.ts";
import type { LockedFile, LockedPackage, PackageSource } from "./lock.ts";
import type { PylockFile, PylockPackage } from "./pylock.ts";
import type { Resolving } from "./resolving.ts";
import { splitCredentials } from "./url-credentials.ts";
import { wheelMissing } from "./wheel-missing.ts";
import { normaliseName } from "./wheel/project-name.ts";
import { selectWheel } from "./wheel/wheel-tags.ts";

/**
 * The chosen packages as a lock holds them: no credentials, no absolute path, every file with its sha256 (where the
 * index gives none, the file is fetched once to have it). Sorted bytewise by name.
 */
export async function settleSources(
  choices: readonly Choice[],
  resolving: Resolving,
): Promise<readonly LockedPackage[]> {
  const packages: LockedPackage[] = [];
  for (const choice of choices) {
    const { name, version } = choice.package;
    packages.push({ name: normaliseName(name), version, source: await settleSource(choice, resolving) });
  }
  return packages.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

async function settleSource(choice: Choice, resolving: Resolving): Promise<PackageSource> {
  if (choice.kind === "wheel" || choice.kind === "sdist") {
    return { kind: choice.kind, file: await settleFile(choice.file, resolving) };
  }
  return settleDirect(choice.package, resolving);
}

async function settleDirect(entry: PylockPackage, resolving: Resolving): Promise<PackageSource> {
  const { target, folder } = resolving.compilation;
  if (entry.vcs) return { kind: "vcs", ...entry.vcs, url: splitCredentials(entry.vcs.url).url };
  if (entry.directory !== undefined) return { kind: "directory", path: toRelative(folder, entry.directory) };
  if (!entry.archive) throw new Error(`${entry.name} has no source`);
  const { subdirectory, ...archive } = entry.archive;
  const file = await settleFile(archive, resolving);
  if (!archive.name.endsWith(".whl")) return { kind: "archive", file, subdirectory };
  if (!selectWheel([file], target)) throw wheelMissing(entry.name, entry.version ?? "", target, [file]);
  return { kind: "wheel", file };
}

async function settleFile(file: PylockFile, resolving: Resolving): Promise<LockedFile> {
  if (file.path !== undefined) return settleLocal(file, file.path, resolving.compilation.folder);
  const url = splitCredentials((file.url ?? "").replace(/#.*$/s, "")).url;
  if (file.sha256 !== undefined)
    return { name: file.name, url, path: undefined, size: file.size, sha256: file.sha256 };
  const { store } = resolving.compilation;
  const measured = await store.once(`measure ${url}`, () => measure(file, resolving));
  return { name: file.name, url, path: undefined, ...measured };
}

async function settleLocal(file: PylockFile, path: string, folder: string): Promise<LockedFile> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new BrigError("resolve-failed", `${path} cannot be read`, `ls -l ${path}`, { cause });
  });
  const sha256 = sha256Of(bytes);
  if (file.sha256 !== undefined && file.sha256 !== sha256) {
    throw new BrigError(
      "hash-mismatch",
      `${path} has sha256 ${sha256}, not ${file.sha256}`,
      `sha256sum ${path}`,
    );
  }
  return { name: file.name, url: undefined, path: toRelative(folder, path), size: bytes.length, sha256 };
}

/** Fetches a file whose index says nothing of its hash. */
async function measure(
  file: PylockFile,
  { compilation, http, context }: Resolving,
): Promise<{ readonly size: number; readonly sha256: string }> {
  if (compilation.offline)
    throw new BrigError(
      "offline",
      `the index gives no hash of ${file.name}, and the network is not to be used`,
    );
  context.report({
    kind: "progress",
    subject: file.name,
    activity: "fetching a file that the index gives no hash of",
  });
  return await inTemporaryFolder("measure", async (work) => {
    const copy = join(work, "file");
    await http.download(file.url ?? "", { sha256: undefined, size: file.size, name: file.name }, copy);
    return { size: (await stat(copy)).size, sha256: sha256Of(await readFile(copy)) };
  });
}

function toRelative(folder: string, path: string): string {
  return relative(folder, path).split(sep).join("/") || ".";
}
