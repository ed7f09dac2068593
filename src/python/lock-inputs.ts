import { createHash } from "node:crypto";
import { relative } from "node:path";
import { indexKey, type IndexSettings } from "./index-settings.ts";
import type { Lock, LockInputs, PythonTarget } from "./lock.ts";
import { withRequirementIndexes } from "./requirement-indexes.ts";
import type { Requirements } from "./requirements.ts";

/** Raised when brig resolves or writes locks differently, so that older ones are made anew. */
export const lockFormat = 1;

/**
 * The digests of what a lock depends on. Paths count relative to the function's folder: a clone elsewhere, or another
 * name of the folder, leaves the lock valid. The contents of local source folders are inputs of the build, not of the
 * lock; the files that state their dependencies are.
 */
export function lockInputs(requirements: Requirements, settings: IndexSettings, folder: string): LockInputs {
  const files = requirements.files
    .map(({ file, sha256 }) => [relative(folder, file), sha256] as const)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  const { project } = requirements;
  const stated = {
    files,
    // Lines that stand in no file (brig.yaml), and the values of variables.
    lines: requirements.requirements.filter((line) => !/:\d+$/.test(line.place)).map((line) => line.written),
    expanded: requirements.expanded,
    project: project && { withDependencies: project.withDependencies, groups: project.groups.toSorted() },
  };
  return {
    requirements: createHash("sha256").update(JSON.stringify(stated)).digest("hex"),
    indexes: indexKey(withRequirementIndexes(settings, requirements), folder, requirements.boundary),
    format: lockFormat,
  };
}

/** Why a lock is not valid for these inputs, as the end of a sentence ("requirements changed"); `undefined` where it is. */
export function lockProblem(lock: Lock, target: PythonTarget, inputs: LockInputs): string | undefined {
  if (lock.inputs.format === 0) return "another tool than brig wrote it";
  if (lock.inputs.format !== inputs.format) return "another version of brig wrote it";
  if (lock.target.python !== target.python)
    return `it is for python${lock.target.python}, not python${target.python}`;
  if (lock.target.machine !== target.machine)
    return `it is for ${lock.target.machine}, not ${target.machine}`;
  if (lock.target.system !== target.system || lock.target.floor.join(".") !== target.floor.join(".")) {
    return `it is for ${lock.target.system} ${lock.target.floor.join(".")}, not ${target.system} ${target.floor.join(".")}`;
  }
  if (lock.inputs.requirements !== inputs.requirements) return "the requirements changed";
  if (lock.inputs.indexes !== inputs.indexes) return "the package indexes in effect changed";
  return undefined;
}
