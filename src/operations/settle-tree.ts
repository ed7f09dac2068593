import { rmSync } from "node:fs";
import { join } from "node:path";
import { planLayout } from "../build/layout.ts";
import { stageTree } from "../build/stage.ts";
import type { StageRecord } from "../build/stage-record.ts";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import type { Lock, PythonTarget } from "../python/lock.ts";
import type { Requirements } from "../python/requirements.ts";
import { resolveLock } from "../python/resolve.ts";
import { sha256Of } from "../store/content.ts";
import { readRecord, writeRecord } from "../store/record.ts";
import { requirementsOf } from "./ensure-lock.ts";
import { gatherLocked } from "./gather-dependencies.ts";
import { bytesOf, type Prepared } from "./prepare-build.ts";
import { runsHere } from "./settle-runtime.ts";
import type { Workshop } from "./workshop.ts";
import { bootName } from "../store/boot-name.ts";

/** A tree that the host can run: the staging tree, or its twin. */
export interface RunnableTree {
  /** Relative to the function's folder. */
  readonly path: string;
  /** Of a twin; the staging tree's own is with the build. */
  readonly record: StageRecord | undefined;
}

/**
 * The staging tree where the host is what the function runs on (or nothing in it is made for a platform); otherwise a
 * twin beside it: the same files, but the host's wheels of the same versions.
 */
export async function settleTree(
  prepared: Prepared,
  workshop: Workshop,
  context: Context,
): Promise<RunnableTree> {
  const own = { path: "stg", record: undefined };
  const { runtime, locked, folder } = prepared;
  if (runtime.target === null || !locked?.lock || locked.lock.packages.every(isPure)) return own;
  const interpreter = prepared.interpreter ?? (await workshop.requireInterpreter(runtime.target.python));
  if (runsHere(runtime.target, interpreter)) return own;
  const { system, machine, floor, minor } = interpreter;
  const target: PythonTarget = { python: minor, system, machine, floor };
  context.report({
    kind: "note",
    subject: folder.name,
    text: `made for ${runtime.target.system} ${runtime.target.machine}: tested on a twin with this host's wheels (${system} ${machine})`,
  });
  const lock = await resolveTwin(prepared, locked.lock, target, workshop, context);
  const dependencies = await gatherLocked(
    prepared,
    lock,
    { interpreter, bytecode: false },
    workshop,
    context,
  );
  const { exclude } = prepared.settings.build;
  const layout = planLayout(dependencies, prepared.firstParty, { exclude, bytecode: false });
  // The folder's name is that of the staging tree: tests of a package import relative to it.
  const path = join("builds", "twin", "stg");
  const tree = join(folder.folder, path);
  rmSync(tree, { recursive: true, force: true });
  const { record } = await stageTree(tree, layout, undefined, {
    boot: bootName(),
    digests: prepared.digests,
    sourceBytes: bytesOf(prepared),
  });
  return { path, record };
}

function isPure({ source }: Lock["packages"][number]): boolean {
  return source.kind === "wheel" ? source.file.name.endsWith("-none-any.whl") : source.kind === "directory";
}

async function resolveTwin(
  prepared: Prepared,
  lock: Lock,
  target: PythonTarget,
  workshop: Workshop,
  context: Context,
): Promise<Lock> {
  const { folder, locked } = prepared;
  const constraints = lock.packages.flatMap(({ name, version, source }) =>
    version !== undefined && source.kind === "wheel" ? [`${name}==${version}`] : [],
  );
  const request = {
    folder: folder.folder,
    // A hash allows the function's own wheels only, not the host's.
    requirements: withoutHashes(requirementsOf(folder, prepared.settings, prepared.boundary, context)),
    settings: await workshop.indexes(folder.folder),
    target,
    previous: lock,
    upgrade: false,
    constraints,
    offline: workshop.offline,
  };
  const kept = join(
    workshop.store.folder,
    "twins",
    `${sha256Of(JSON.stringify([1, locked!.digest, target]))}.json`,
  );
  const known = readRecord<Lock>(kept);
  if (known) return known;
  const resolved = await resolveLock(request, workshop.store, context).catch((cause: unknown) => {
    throw cause instanceof BrigError ? twinFault(cause, folder.name, prepared.settings.architecture) : cause;
  });
  await writeRecord(kept, resolved);
  return resolved;
}

/** What to change in the function, as the fault itself tells, would be wrong: its zip is made, only the tests cannot run here. */
function twinFault(cause: BrigError, name: string, architecture: string): BrigError {
  if (cause.code !== "wheel-missing" && cause.code !== "resolve-failed") return cause;
  return new BrigError(
    cause.code,
    `the tests cannot run on this host: ${cause.message}`,
    `brig build ${name} --no-test   # or test it on a host of ${architecture}`,
    { cause },
  );
}

function withoutHashes(requirements: Requirements): Requirements {
  const plain = requirements.requirements.map((each) => ({ ...each, hashes: [] }));
  return { ...requirements, requirements: plain, options: { ...requirements.options, requireHashes: false } };
}
