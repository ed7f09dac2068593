import type { Warning } from "../errors.ts";
import type { Interpreter } from "../python/interpreter.ts";
import type { PythonTarget } from "../python/lock.ts";
import {
  type Language,
  pythonMinors,
  pythonTargetOf,
  runtimeOf,
  runtimeWarnings,
} from "../workspace/runtimes.ts";
import type { Settings } from "../workspace/settings.ts";

/** The runtime that a function is built for. */
export interface SettledRuntime {
  /** `python3.13`; `null` when none is named and it needs none (build.command). */
  readonly name: string | null;
  readonly language: Language | null;
  /** For a Python runtime: what its packages must fit. */
  readonly target: PythonTarget | null;
  /** `Runtime` is not named: the newest one that this machine can work for was taken. */
  readonly note: string | null;
  readonly warnings: readonly Warning[];
}

/**
 * Settles which runtime a function is built for: the one that is named, or the newest Python that Lambda has and an
 * interpreter is here for.
 */
export function settleRuntime(
  settings: Settings,
  interpreters: readonly Interpreter[],
  now: Date,
): SettledRuntime {
  const named = settings.runtime;
  if (named === null && settings.build.command !== undefined) {
    return { name: null, language: null, target: null, note: null, warnings: [] };
  }
  const here = new Set(interpreters.map(({ minor }) => minor));
  const newest = pythonMinors.find((minor) => here.has(minor)) ?? pythonMinors[0]!;
  const name = named ?? `python${newest}`;
  const runtime = runtimeOf(name);
  const note =
    named === null
      ? `Runtime is not named, so ${name} is taken: before you deploy, put function: {Runtime: ${name}} in brig.yaml`
      : null;
  const warnings = runtimeWarnings(name, now, here);
  const minor = runtime?.python;
  if (minor === undefined) return { name, language: runtime?.language ?? null, target: null, note, warnings };
  const { machine, glibc } = pythonTargetOf(minor, settings.architecture);
  const target: PythonTarget = { python: minor, system: "linux", machine, floor: glibc };
  return { name, language: "python", target, note, warnings };
}

/** Whether what is made for the target runs on this interpreter as it is. */
export function runsHere(target: PythonTarget, interpreter: Interpreter): boolean {
  return target.system === interpreter.system && target.machine === interpreter.machine;
}
