import type { Change } from "./diff-members.ts";
import { isMembers, type Members } from "./members.ts";

/** What becomes of the environment variables; values are only in `variables`. */
export interface EnvironmentPlan {
  /** All variables as they shall be. */
  readonly variables: Readonly<Record<string, string>>;
  /** Each variable that is added, changed or removed, its values hidden. */
  readonly changes: readonly Change[];
  /** Names of variables that somebody else placed: neither in brig.yaml nor in the version behind the alias. */
  readonly strangers: readonly string[];
  /** Names of variables that were brig's and leave. */
  readonly removed: readonly string[];
  /** More than half of the variables leave, or all. */
  readonly removesMost: boolean;
}

/** In place of every value of a variable. */
const hidden = "***";

/**
 * What must change for the variables to be those of brig.yaml.
 *
 * @param wished `undefined`: no brig.yaml mentions the environment, which is then left alone
 * @param own names that were brig's to begin with: those of the version behind the alias
 */
export function planEnvironment(
  wished: Readonly<Record<string, string>> | undefined,
  latest: Readonly<Record<string, string>>,
  own: ReadonlySet<string>,
): EnvironmentPlan {
  if (wished === undefined) {
    return { variables: latest, changes: [], strangers: [], removed: [], removesMost: false };
  }
  const leaving = Object.keys(latest).filter((name) => !Object.hasOwn(wished, name));
  const removed = leaving.filter((name) => own.has(name)).toSorted();
  return {
    variables: wished,
    changes: diffVariables(wished, latest),
    strangers: leaving.filter((name) => !own.has(name)).toSorted(),
    removed,
    removesMost: removed.length * 2 > Object.keys(latest).length,
  };
}

export function diffVariables(
  wished: Readonly<Record<string, string>>,
  actual: Readonly<Record<string, string>>,
): readonly Change[] {
  const names = [...new Set([...Object.keys(actual), ...Object.keys(wished)])].toSorted();
  return names
    .filter((name) => valueOf(wished, name) !== valueOf(actual, name))
    .map((name) => ({
      path: `Environment.Variables.${name}`,
      from: valueOf(actual, name) === undefined ? null : hidden,
      to: valueOf(wished, name) === undefined ? null : hidden,
    }));
}

function valueOf(variables: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(variables, name) ? variables[name] : undefined;
}

/** The variables of a configuration, wished or answered by AWS; none where there is no environment. */
export function variablesOf(configuration: Members): Readonly<Record<string, string>> {
  const environment = configuration["Environment"];
  const variables = isMembers(environment) ? environment["Variables"] : undefined;
  return isMembers(variables) ? (variables as Readonly<Record<string, string>>) : {};
}
