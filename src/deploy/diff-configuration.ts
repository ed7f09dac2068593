import { type Change, completeMember, diffMember } from "./diff-members.ts";
import { toInputShape } from "./input-shape.ts";
import type { Members } from "./members.ts";
import { diffVariables, variablesOf } from "./plan-environment.ts";

/**
 * Where a configuration on AWS differs from the members that a brig.yaml mentions; values of environment variables are hidden.
 *
 * @param wished members of UpdateFunctionConfiguration
 * @param actual a FunctionConfiguration as AWS answers it
 */
export function diffConfiguration(wished: Members, actual: Members, functionName: string): readonly Change[] {
  const before = toInputShape(actual);
  return Object.keys(wished).flatMap((name) =>
    name === "Environment"
      ? [
          ...diffVariables(variablesOf(wished), variablesOf(before)),
          ...diffMember(name, withoutVariables(wished[name]), withoutVariables(before[name]), functionName),
        ]
      : diffMember(name, wished[name], before[name], functionName),
  );
}

/** The members that differ, as UpdateFunctionConfiguration takes them; `undefined` where none does. */
export function selectChanged(wished: Members, actual: Members, functionName: string): Members | undefined {
  const before = toInputShape(actual);
  const changed = Object.keys(wished).filter(
    (name) => diffConfiguration({ [name]: wished[name] }, actual, functionName).length > 0,
  );
  if (changed.length === 0) return undefined;
  return Object.fromEntries(
    changed.map((name) => [
      name,
      name === "Environment"
        ? { ...(wished[name] as Members), Variables: variablesOf(wished) }
        : completeMember(name, wished[name], before[name], functionName),
    ]),
  );
}

/** A version's Description is brig's record of it, not the function's own. */
export function withoutDescription(configuration: Members): Members {
  return Object.fromEntries(Object.entries(configuration).filter(([name]) => name !== "Description"));
}

function withoutVariables(environment: unknown): Members {
  const { Variables: _, ...rest } = (environment ?? {}) as Record<string, unknown>;
  return rest;
}
