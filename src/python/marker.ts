import type { PythonTarget } from "./lock.ts";
import { parseMarker, type MarkerNode, type MarkerOperand } from "./marker-syntax.ts";
import { compareReleases, compareVersions, parseVersion } from "./version.ts";

/** Values of the variables of PEP 508; the last three are sets (PEP 751 adds the plural ones). */
export interface MarkerEnvironment {
  readonly values: Readonly<Record<string, string>>;
  readonly sets: Readonly<Record<string, ReadonlySet<string>>>;
}

/** The environment of a function: CPython of its minor version on its platform. The kernel's release is not known. */
export function markerEnvironment(target: PythonTarget): MarkerEnvironment {
  const isLinux = target.system === "linux";
  const full = `${target.python}.0`;
  return {
    values: {
      python_version: target.python,
      python_full_version: full,
      implementation_version: full,
      implementation_name: "cpython",
      platform_python_implementation: "CPython",
      os_name: "posix",
      sys_platform: isLinux ? "linux" : "darwin",
      platform_system: isLinux ? "Linux" : "Darwin",
      platform_machine: !isLinux && target.machine === "aarch64" ? "arm64" : target.machine,
      platform_release: "",
      platform_version: "",
      extra: "",
    },
    sets: { extras: new Set(), dependency_groups: new Set() },
  };
}

/**
 * Whether a marker of PEP 508 holds.
 *
 * @throws MarkerFault when the text is no marker
 */
export function evaluateMarker(text: string, environment: MarkerEnvironment): boolean {
  return evaluateNode(parseMarker(text), environment);
}

function evaluateNode(node: MarkerNode, environment: MarkerEnvironment): boolean {
  if (node.kind !== "comparison") {
    const results = node.parts.map((part) => evaluateNode(part, environment));
    return node.kind === "and" ? results.every(Boolean) : results.some(Boolean);
  }
  const set = node.right.kind === "variable" ? environment.sets[node.right.name] : undefined;
  const left = valueOf(node.left, environment);
  if (set) return node.operator === "in" ? set.has(left) : node.operator === "not in" && !set.has(left);
  return compareValues(left, node.operator, valueOf(node.right, environment));
}

function valueOf(operand: MarkerOperand, environment: MarkerEnvironment): string {
  return operand.kind === "text" ? operand.value : (environment.values[operand.name] ?? "");
}

/** As versions where both sides are versions, otherwise as text (PEP 508, "Environment Markers"). */
function compareValues(left: string, operator: string, right: string): boolean {
  if (operator === "in") return right.includes(left);
  if (operator === "not in") return !right.includes(left);
  if (operator === "===") return left === right;
  const version = parseVersion(left);
  const isPrefix = right.endsWith(".*");
  const other = parseVersion(isPrefix ? right.slice(0, -2) : right);
  if (!version || !other) return compareText(left, operator, right);
  if (isPrefix) {
    const isWithin = compareReleases(version.release.slice(0, other.release.length), other.release) === 0;
    return operator === "!=" ? !isWithin : isWithin;
  }
  const order = compareVersions(version, other);
  if (operator === "~=") {
    const stem = other.release.slice(0, -1);
    return order >= 0 && compareReleases(version.release.slice(0, stem.length), stem) === 0;
  }
  return holds(order, operator);
}

function compareText(left: string, operator: string, right: string): boolean {
  return holds(left === right ? 0 : left < right ? -1 : 1, operator);
}

function holds(order: number, operator: string): boolean {
  switch (operator) {
    case "==":
      return order === 0;
    case "!=":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    default:
      return order >= 0;
  }
}
