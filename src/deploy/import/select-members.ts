import { functionMembers } from "../../workspace/settings-schema.ts";
import { diffMember, isEmpty } from "../diff-members.ts";
import { toInputShape } from "../input-shape.ts";
import { isMembers, type Members } from "../members.ts";
import { parseVersionRecord } from "../record.ts";

/** What CreateFunction takes for members that are left out and that are no maps (API reference, CreateFunction). */
const defaults: Members = {
  Timeout: 3,
  MemorySize: 128,
  Architectures: ["x86_64"],
  PackageType: "Zip",
};

/** What the brig.yaml files above say already. */
export interface InheritedMembers {
  readonly everywhere: Members;
  /** For the target alone; it goes before what holds everywhere. */
  readonly there: Members;
}

/** A function's settings as its own brig.yaml says them: for `function`, and for `function` of the target. */
export type SelectedMembers = InheritedMembers;

/**
 * A configuration that AWS answers, as a brig.yaml says it: in the shape in which AWS takes it, without what AWS would take by
 * itself, and without what is inherited and the same.
 *
 * A role is of one place; everything else holds in all targets, unless a brig.yaml above has it for this one.
 */
export function selectMembers(
  configuration: Members,
  inherited: InheritedMembers,
  functionName: string,
): SelectedMembers {
  const above = { ...inherited.everywhere, ...inherited.there };
  const selected = Object.entries(toInputShape(configuration)).flatMap(([name, value]) => {
    // What AWS answers and no brig knows may be told and not set; it stays with AWS, as nothing mentions it.
    if (!functionMembers.includes(name) || name === "FunctionName" || isRecord(name, value)) return [];
    if (Object.hasOwn(above, name)) {
      return isSame(name, above[name], value, functionName) ? [] : [[name, value] as const];
    }
    const kept = isMembers(value) ? withoutDefaults(name, value, functionName) : value;
    return isEmpty(kept) || isSame(name, defaults[name], kept, functionName) ? [] : [[name, kept] as const];
  });
  const isThere = (name: string): boolean => name === "Role" || Object.hasOwn(inherited.there, name);
  return {
    everywhere: Object.fromEntries(selected.filter(([name]) => !isThere(name))),
    there: Object.fromEntries(selected.filter(([name]) => isThere(name))),
  };
}

/** A Description that brig wrote is no setting. */
function isRecord(name: string, value: unknown): boolean {
  return name === "Description" && parseVersionRecord(String(value)) !== undefined;
}

/** Each part that AWS would fill in by itself, beside the others, is left out. */
function withoutDefaults(name: string, value: Members, functionName: string): Members {
  return Object.keys(value).reduce((kept: Members, part) => {
    const { [part]: _, ...rest } = kept;
    return isSame(name, value, rest, functionName) ? rest : kept;
  }, value);
}

function isSame(name: string, wished: unknown, actual: unknown, functionName: string): boolean {
  return wished !== undefined && diffMember(name, wished, actual, functionName).length === 0;
}
