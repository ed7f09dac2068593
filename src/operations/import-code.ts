import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import { findInstalledPackages, type InstalledPackage } from "../python/installed-packages.ts";
import type { FunctionFolder } from "../workspace/function-folder.ts";
import { readSettings } from "../workspace/read-settings.ts";
import type { SpliceEntry } from "../zip/archive.ts";
import { extractMember } from "../zip/extract.ts";
import { readZip, type ZipMember } from "../zip/reader.ts";
import { ensureLock } from "./ensure-lock.ts";
import { gatherLocked } from "./gather-dependencies.ts";
import { listSome, type Unpacked, writeSource } from "./import-source.ts";
import { settleRuntime } from "./settle-runtime.ts";
import type { Workshop } from "./workshop.ts";

/** What became of the code of a function. */
export interface ImportedCode {
  /** Lines of requirements.txt. */
  readonly requirements: readonly string[];
  /** What a person should know. */
  readonly notes: readonly string[];
}

/**
 * Takes a zip apart into `src/`, `requirements.txt` and `pylock.toml` of a new function's folder, which has its brig.yaml.
 *
 * Which files are of a package is told by the very wheel that its dist-info names, and by its RECORD. A package that can be
 * asked for by neither stays in `src/` as it is, so that the next build has the same files in any case.
 *
 * @param archive what errors call the zip
 * @throws BrigError `wheel-invalid` for a zip that readers may understand differently
 */
export async function importCode(
  zip: { readonly archive: string; readonly bytes: Buffer },
  folder: FunctionFolder,
  workshop: Workshop,
  context: Context,
): Promise<ImportedCode> {
  const members = readZip(zip.bytes, zip.archive, true).filter(({ isDirectory }) => !isDirectory);
  const unpacked = { ...zip, members };
  const settings = readSettings(workshop.workspace, folder);
  const isPython = settings.runtime?.startsWith("python") ?? true;
  const installed = isPython ? packagesIn(unpacked) : [];
  const wheels = installed.length === 0 ? "none" : await lockAndFetch(installed, folder, workshop, context);
  const known = wheels instanceof BrigError || wheels === "none" ? new Map<string, SpliceEntry>() : wheels;
  const isFromWheels = known.size > 0;
  const packages = installed.filter(({ files }) => isFromWheels || files !== undefined);
  const owned = new Set([...known.keys(), ...packages.flatMap(({ files }) => [...(files ?? [])])]);
  const folders = new Set(packages.map((each) => each.folder));
  const isOwned = ({ name }: ZipMember): boolean =>
    owned.has(name) || folders.has(name.slice(0, name.indexOf("/")));
  const own = members.filter((member) => !isOwned(member) && !isCache(member.name));
  const requirements = packages.map(({ requirement }) => requirement);
  await writeRequirements(folder, requirements);
  const notes = await writeSource(unpacked, own, join(folder.folder, "src"));
  return {
    requirements,
    notes: [
      ...(wheels instanceof BrigError ? [noteUnlocked(wheels, installed.length - packages.length)] : []),
      ...noteEdited(members, known),
      ...noteAdded(members, known),
      ...notes,
    ],
  };
}

function packagesIn({ members, bytes, archive }: Unpacked): readonly InstalledPackage[] {
  const byName = new Map(members.map((member) => [member.name, member]));
  return findInstalledPackages([...byName.keys()], (path) =>
    extractMember(bytes, byName.get(path)!, archive).toString("utf8"),
  );
}

/** Bytecode is compiled anew. */
function isCache(path: string): boolean {
  return path.split("/").includes("__pycache__");
}

async function writeRequirements(folder: FunctionFolder, requirements: readonly string[]): Promise<void> {
  if (requirements.length === 0) return;
  await writeFile(join(folder.folder, "requirements.txt"), `${requirements.join("\n")}\n`);
}

/** The files of the packages' wheels by their path, or what stood in the way. */
async function lockAndFetch(
  installed: readonly InstalledPackage[],
  folder: FunctionFolder,
  workshop: Workshop,
  context: Context,
): Promise<ReadonlyMap<string, SpliceEntry> | BrigError> {
  await writeRequirements(
    folder,
    installed.map(({ requirement }) => requirement),
  );
  try {
    const settings = readSettings(workshop.workspace, folder);
    const { target } = settleRuntime(settings, await workshop.interpreters(), context.now());
    if (target === null) return new BrigError("resolve-failed", "the runtime is not one that brig locks for");
    const boundary = (await workshop.repository()).repository?.toplevel ?? workshop.workspace.root;
    const policy = { frozen: false };
    const { lock } = await ensureLock(folder, settings, target, boundary, workshop, policy, context);
    const place = { folder, settings, boundary, folders: {} };
    const python = { interpreter: undefined, bytecode: false };
    const gathered = lock === undefined ? [] : await gatherLocked(place, lock, python, workshop, context);
    return new Map(gathered.flatMap(({ archive }) => archive.entries.map((entry) => [entry.path, entry])));
  } catch (error) {
    if (!(error instanceof BrigError) || error.code === "interrupted") throw error;
    for (const name of ["requirements.txt", "pylock.toml"]) {
      await rm(join(folder.folder, name), { force: true });
    }
    return error;
  }
}

function noteUnlocked(fault: BrigError, kept: number): string {
  const stay = kept === 1 ? "1 package without a RECORD stays" : `${kept} packages without a RECORD stay`;
  const rest = kept === 0 ? "" : `; ${stay} in src/`;
  return `there is no pylock.toml yet (${fault.code}: ${fault.message})${rest}`;
}

/** A package that somebody edited after installing it comes out of its wheel as it was published. */
function noteEdited(
  members: readonly ZipMember[],
  wheels: ReadonlyMap<string, SpliceEntry>,
): readonly string[] {
  const edited = members.filter(({ name, crc32, size }) => {
    const entry = wheels.get(name);
    return entry !== undefined && (entry.crc32 !== crc32 || entry.size !== size);
  });
  const names = edited.map(({ name }) => name);
  return names.length === 0 ? [] : [`these differ from what their package publishes: ${listSome(names)}`];
}

/** What somebody took out to save space, and packages that were there by other means, as boto3 in Lambda's own Python. */
function noteAdded(
  members: readonly ZipMember[],
  wheels: ReadonlyMap<string, SpliceEntry>,
): readonly string[] {
  const there = new Set(members.map(({ name }) => name));
  const added = [...wheels.keys()].filter((path) => !there.has(path));
  return added.length === 0
    ? []
    : [
        `packages bring ${added.length} files that the zip did not have (build.exclude leaves them out): ${listSome(added)}`,
      ];
}
