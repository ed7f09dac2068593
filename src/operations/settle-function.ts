import { existsSync } from "node:fs";
import { join } from "node:path";
import type { BuildState, Surroundings } from "../build/state.ts";
import { targetStamp, sameStamp } from "../build/stamps.ts";
import type { Context } from "../context.ts";
import { BrigError, type Warning } from "../errors.ts";
import type { Interpreter } from "../python/interpreter.ts";
import type { FunctionFolder } from "../workspace/function-folder.ts";
import { pythonMinors, runtimeOf } from "../workspace/runtimes.ts";
import { innerToplevels } from "../workspace/git-fingerprint.ts";
import type { Repository } from "../workspace/git.ts";
import type { Settings } from "../workspace/settings.ts";
import type { BuildOptions } from "./build-options.ts";
import type { EnsuredLock } from "./ensure-lock.ts";
import { settleRuntime, type SettledRuntime } from "./settle-runtime.ts";
import type { Workshop } from "./workshop.ts";

/** What is settled before sources are looked at: settings, runtime, interpreter, lock. Plain data: the next build keeps it. */
export interface Settled {
  readonly settings: Settings;
  readonly runtime: SettledRuntime;
  readonly interpreter: Interpreter | undefined;
  readonly locked: EnsuredLock | undefined;
  /** That the function's folder lies in, its own first: what a build's commit is of. None outside of git. */
  readonly repositories: readonly Repository[];
  /** Absolute path of the repository, or of the workspace outside of one: nothing beyond it goes into a build. */
  readonly boundary: string;
  readonly warnings: readonly Warning[];
}

/** Files whose stamps decide whether what was settled still holds; absolute paths. */
export function settledFiles({ settings, locked, interpreter }: Settled): readonly string[] {
  return [
    ...settings.files.map(({ file }) => file),
    ...(locked?.watched ?? []),
    ...(interpreter ? [interpreter.file] : []),
  ];
}

/** What the last build settled, where everything that it depends on is as it was: no YAML, TOML or lock is read then. */
export function keptSettled(
  folder: FunctionFolder,
  state: BuildState | undefined,
  now: Surroundings,
): Settled | undefined {
  if (state === undefined) return undefined;
  const { boot, environment, git } = state.surroundings;
  const isSame = boot === now.boot && environment === now.environment;
  if (!isSame || (git === "") !== (now.git === "")) return undefined;
  const settled = state.settled as Settled;
  const known = settled.repositories
    .map(({ toplevel }) => toplevel)
    .filter((each) => each !== settled.boundary);
  if (known.join("\n") !== innerToplevels(folder.folder, settled.boundary).join("\n")) return undefined;
  const isAsItWas = (path: string): boolean =>
    path in state.files && sameStamp(targetStamp(path), state.files[path] ?? undefined);
  if (!settledFiles(settled).every(isAsItWas)) return undefined;
  return { ...settled, locked: settled.locked && { ...settled.locked, written: false, changes: [] } };
}

/**
 * Reads settings, settles the runtime and makes sure of the lock (resolving and writing it where it must).
 *
 * @throws BrigError config-invalid, requirements-invalid, resolve-failed, lock-outdated, python-missing, …
 */
export async function settleFunction(
  folder: FunctionFolder,
  workshop: Workshop,
  options: Pick<BuildOptions, "frozen">,
  now: Date,
  context: Context,
): Promise<Settled> {
  const [{ readSettings }, { ensureLock }, { readRepositories }] = await Promise.all([
    import("../workspace/read-settings.ts"),
    import("./ensure-lock.ts"),
    import("../workspace/git.ts"),
  ]);
  const settings = readSettings(workshop.workspace, folder);
  const needsPython = settings.runtime === null || settings.runtime.startsWith("python");
  const interpreters = needsPython ? await workshop.interpreters() : [];
  const runtime = settleRuntime(settings, interpreters, now);
  refuseUnknownPython(folder, settings);
  const { repository, warnings } = await workshop.repository();
  const boundary = repository?.toplevel ?? workshop.workspace.root;
  const repositories = await readRepositories(innerToplevels(folder.folder, boundary), repository, context);
  const locked = runtime.target
    ? await ensureLock(folder, settings, runtime.target, boundary, workshop, options, context)
    : undefined;
  const interpreter = await settleInterpreter(settings, runtime, workshop);
  const all = [...settings.warnings, ...runtime.warnings, ...warnings];
  return { settings, runtime, interpreter, locked, repositories, boundary, warnings: all };
}

/** Without knowing for which Python, packages would be left out without a word. */
function refuseUnknownPython(folder: FunctionFolder, { runtime, build }: Settings): void {
  if (runtime === null || build.command !== undefined || runtimeOf(runtime) !== undefined) return;
  const named = build.requirements ?? "requirements.txt";
  if (!existsSync(join(folder.folder, named))) return;
  throw new BrigError(
    "config-invalid",
    `${folder.path} has ${named}, but its Runtime, ${JSON.stringify(runtime)}, is no Python that brig could install packages for`,
    `function: {Runtime: python${pythonMinors[0]}}`,
  );
}

/** Bytecode needs the function's own Python; without bytecode it is welcome (tests run on it) but may be missing. */
async function settleInterpreter(
  settings: Settings,
  runtime: SettledRuntime,
  workshop: Workshop,
): Promise<Interpreter | undefined> {
  if (runtime.target === null) return undefined;
  const minor = runtime.target.python;
  if (settings.build.bytecode !== false) return await workshop.requireInterpreter(minor);
  return (await workshop.interpreters()).find((each) => each.minor === minor);
}
