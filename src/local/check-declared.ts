import { validationFault } from "./aws-fault.ts";
import { type Constraint, constraints } from "./api/constraints.ts";
import { loadServiceModel, type ServiceModel } from "./api/service-model.ts";
import { findFailures, memberName } from "./api/validate-input.ts";

/**
 * Checks declared members of a function as Lambda's API checks what clients send: limits of numbers and lengths, patterns,
 * enumerations. The model of the service, which takes longer to load than a function to run, is only asked where it must be.
 *
 * @throws AwsFault ValidationException with all that is wrong
 */
export async function checkDeclared(members: Readonly<Record<string, unknown>>): Promise<void> {
  const found = listConstrained(members, "", "");
  const isEnumerated = found.some(
    ({ constraint: { enumeration, order, element } }) =>
      (enumeration !== undefined && order === undefined) ||
      (element?.enumeration !== undefined && element.order === undefined),
  );
  const enumeration: ServiceModel["enumeration"] = isEnumerated
    ? (await loadServiceModel()).enumeration
    : () => [];
  const errors = found.flatMap(({ value, path, constraint }) =>
    findFailures(value, path, constraint, enumeration),
  );
  if (errors.length > 0) throw validationFault(errors);
}

interface Constrained {
  readonly value: unknown;
  readonly path: string;
  readonly constraint: Constraint;
}

/** Structures are called as the members that hold them, as AWS's model mostly does. */
function listConstrained(
  members: Readonly<Record<string, unknown>>,
  structure: string,
  path: string,
): readonly Constrained[] {
  return Object.entries(members).flatMap(([name, value]): readonly Constrained[] => {
    if (value === undefined || value === null) return [];
    const own = path + memberName(name);
    const constraint = constraints[`${structure}.${name}`] ?? constraints[name];
    const inner =
      typeof value === "object" && !Array.isArray(value)
        ? listConstrained(value as Readonly<Record<string, unknown>>, name, `${own}.`)
        : [];
    return constraint === undefined ? inner : [{ value, path: own, constraint }, ...inner];
  });
}
