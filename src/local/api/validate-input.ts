import type { Operation, ServiceModel, Shape, Structure } from "./service-model.ts";
import { type Constraint, constraints } from "./constraints.ts";

/**
 * What AWS's model finds wrong with an input, each as one of AWS's sentences: "Value '…' at 'functionName' failed to
 * satisfy constraint: Member must …".
 */
export function validateInput(
  operation: Operation,
  input: Readonly<Record<string, unknown>>,
  enumeration: ServiceModel["enumeration"],
): readonly string[] {
  return findInStructure(operation.input(), input, "", enumeration);
}

type Enumeration = ServiceModel["enumeration"];

function findInStructure(
  shape: Structure,
  value: Readonly<Record<string, unknown>>,
  path: string,
  enumeration: Enumeration,
): readonly string[] {
  return shape.members.flatMap((member) => {
    const own = path + memberName(member.name);
    const held = value[member.name];
    if (held === undefined || held === null) {
      return member.required ? [failure(null, own, "Member must not be null")] : [];
    }
    const constraint = constraints[`${shape.name}.${member.name}`] ?? constraints[member.name];
    return [
      ...(constraint === undefined ? [] : findFailures(held, own, constraint, enumeration)),
      ...findInside(member.shape(), held, own, enumeration),
    ];
  });
}

function findInside(shape: Shape, value: unknown, path: string, enumeration: Enumeration): readonly string[] {
  if (shape.kind === "structure" && isRecord(value)) {
    return findInStructure(shape, value, `${path}.`, enumeration);
  }
  if (shape.kind === "list" && Array.isArray(value)) {
    return value.flatMap((item, index) =>
      findInside(shape.element(), item, `${path}.${index + 1}.member`, enumeration),
    );
  }
  return [];
}

/** AWS names members as their Java fields: the first word in lower case, abbreviations whole. */
export function memberName(name: string): string {
  return name.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]+$|^[A-Z]/, (start) => start.toLowerCase());
}

/** What a constraint finds wrong with a value. */
export function findFailures(
  value: unknown,
  path: string,
  constraint: Constraint,
  enumeration: Enumeration,
): readonly string[] {
  const { element, key, value: entry } = constraint;
  const failures = describeFailures(value, constraint, enumeration).map((text) => failure(value, path, text));
  const nested: [Constraint | undefined, readonly unknown[]][] = [
    [element, Array.isArray(value) ? value : []],
    [key, isRecord(value) ? Object.keys(value) : []],
    [entry, isRecord(value) ? Object.values(value) : []],
  ];
  for (const [inner, items] of nested) {
    if (inner === undefined) continue;
    const worst = items
      .map((item) => describeFailures(item, inner, enumeration))
      .find(({ length }) => length > 0);
    if (worst === undefined) continue;
    const what = inner === key ? "Map keys must" : inner === entry ? "Map value must" : "Member must";
    const measure = inner === entry ? "value" : "length";
    failures.push(
      failure(value, path, `${what} satisfy constraint: [${describeAll(inner, measure, enumeration)}]`),
    );
  }
  return failures;
}

/** All that a member of a list must be, as AWS lists it. */
function describeAll(constraint: Constraint, measure: "value" | "length", enumeration: Enumeration): string {
  const { min, max } = constraint;
  // The values of maps are fractions (weights), and Java prints those with a point.
  const shown = (bound: number): string => (measure === "value" ? renderFraction(bound) : String(bound));
  const parts: string[] = [];
  if (max !== undefined) parts.push(`Member must have ${measure} less than or equal to ${shown(max)}`);
  if (min !== undefined) parts.push(`Member must have ${measure} greater than or equal to ${shown(min)}`);
  if (constraint.pattern !== undefined) parts.push(mustMatch(constraint.pattern));
  if (constraint.enumeration !== undefined)
    parts.push(mustBeOneOf(constraint.order ?? enumeration(constraint.enumeration)));
  return [...parts, "Member must not be null"].join(", ");
}

function describeFailures(value: unknown, constraint: Constraint, enumeration: Enumeration): string[] {
  const { pattern, min, max } = constraint;
  const measure = typeof value === "number" ? "value" : "length";
  const size = measureOf(value);
  const failures: string[] = [];
  if (max !== undefined && size > max)
    failures.push(`Member must have ${measure} less than or equal to ${max}`);
  if (min !== undefined && size < min)
    failures.push(`Member must have ${measure} greater than or equal to ${min}`);
  if (pattern !== undefined && typeof value === "string" && !expression(pattern).test(value)) {
    failures.push(mustMatch(pattern));
  }
  if (constraint.enumeration !== undefined && typeof value === "string") {
    const values = constraint.order ?? enumeration(constraint.enumeration);
    if (!values.includes(value)) failures.push(mustBeOneOf(values));
  }
  return failures;
}

function measureOf(value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value === "string" || Array.isArray(value)) return value.length;
  return isRecord(value) ? Object.keys(value).length : Number.NaN;
}

function mustMatch(pattern: string): string {
  return `Member must satisfy regular expression pattern: ${pattern}`;
}

function mustBeOneOf(values: readonly string[]): string {
  return `Member must satisfy enum value set: [${values.join(", ")}]`;
}

const expressions = new Map<string, RegExp>();

function expression(pattern: string): RegExp {
  let known = expressions.get(pattern);
  if (known === undefined) {
    known = new RegExp(`^(?:${pattern})$`, pattern.includes("\\p{") ? "su" : "s");
    expressions.set(pattern, known);
  }
  return known;
}

function failure(value: unknown, path: string, constraint: string): string {
  const shown = value === null ? "null" : `'${render(value)}'`;
  return `Value ${shown} at '${path}' failed to satisfy constraint: ${constraint}`;
}

/** Values as Java prints them. Environment variables may be secrets: of maps of strings only the keys are shown. */
function render(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(render).join(", ")}]`;
  if (isRecord(value)) {
    const entries = Object.entries(value);
    return `{${entries.map(([key, item]) => (typeof item === "number" ? `${key}=${renderFraction(item)}` : key)).join(", ")}}`;
  }
  return String(value);
}

function renderFraction(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
}
