import { isDeepStrictEqual } from "node:util";
import { type Change, isEmpty } from "./diff-members.ts";
import { toInputShape } from "./input-shape.ts";
import { isMembers, type Members } from "./members.ts";

const variables = "Environment.Variables.";

/**
 * Where the configurations of two versions differ, whoever set it; not their code and not their Descriptions, which hold
 * brig's record. Values of environment variables are hidden.
 *
 * @param from a FunctionConfiguration as AWS answers it
 */
export function diffVersions(from: Members, to: Members): readonly Change[] {
  const { Description: _from, ...before } = toInputShape(from);
  const { Description: _to, ...after } = toInputShape(to);
  return diffValues("", before, after).map((change) =>
    change.path.startsWith(variables)
      ? { path: change.path, from: hide(change.from), to: hide(change.to) }
      : change,
  );
}

function diffValues(path: string, from: unknown, to: unknown): readonly Change[] {
  if ((isEmpty(from) && isEmpty(to) && !path.startsWith(variables)) || isDeepStrictEqual(from, to)) return [];
  if ((isMembers(from) || isMembers(to)) && isMembers(from ?? {}) && isMembers(to ?? {})) {
    const [before, after] = [(from ?? {}) as Members, (to ?? {}) as Members];
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
    return names.flatMap((name) =>
      diffValues(path === "" ? name : `${path}.${name}`, before[name], after[name]),
    );
  }
  return [{ path, from: from ?? null, to: to ?? null }];
}

function hide(value: unknown): string | null {
  return value === null ? null : "***";
}
