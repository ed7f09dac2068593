import type { core } from "zod";
import { BrigError, type Warning } from "../errors.ts";
import { nearest } from "./nearest.ts";
import { runtimes } from "./runtimes.ts";
import { functionMembers, settingsSchema, type SettingsText } from "./settings-schema.ts";
import { parseYaml, type YamlText } from "./yaml-text.ts";

/** One brig.yaml, checked. */
export interface SettingsFile {
  readonly value: SettingsText;
  readonly locateValue: YamlText["locateValue"];
  readonly warnings: readonly Warning[];
}

const sections = ["function", "build", "test", "targets"];

/**
 * @param file how messages name the file: its path relative to the workspace's root
 * @throws BrigError `config-invalid` naming file, line and column, with the nearest known key as hint
 */
export function parseSettings(text: string, file: string): SettingsFile {
  const yaml = parseYaml(text, file);
  const parsed = settingsSchema.safeParse(withoutEmptySections(yaml.value ?? {}));
  if (parsed.success) {
    return { value: parsed.data, locateValue: yaml.locateValue, warnings: warningsOf(parsed.data, yaml) };
  }
  const faults = parsed.error.issues.map((issue) => faultOf(issue, yaml));
  throw faults[0]!;
}

/** `build:` with everything under it commented out is the same as no `build` at all. */
function withoutEmptySections(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([key, section]) => !(sections.includes(key) && section === null)),
  );
}

function faultOf(issue: core.$ZodIssue, yaml: YamlText): BrigError {
  const { path } = issue;
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0]!;
    const known = knownKeys(path);
    const meant = nearest(key, known);
    const place = path.length === 0 ? "at the top" : `under "${path.join(".")}"`;
    const hint = meant === undefined ? `known are ${known.join(", ")}` : `did you mean ${meant}?`;
    return invalid(yaml.locateKey([...path, key]), `unknown key "${key}" ${place}`, hint);
  }
  if (issue.code === "invalid_key") {
    const name = String(path.at(-1));
    return invalid(yaml.locateKey(path), `"${name}" ${issue.issues[0]?.message ?? "is no name"}`);
  }
  const subject = path.length === 0 ? "brig.yaml" : `"${path.join(".")}"`;
  const value = valueAt(yaml.value, path);
  const where = yaml.locateValue(path);
  const name = String(path.at(-1));
  if (issue.code === "invalid_type") {
    const wanted = kinds[issue.expected] ?? issue.expected;
    const scalar = typeof value === "number" || typeof value === "boolean";
    // The value itself may be a secret (Environment), so the hint does not repeat it.
    const hint = issue.expected === "string" && scalar ? `put it in quotes: ${name}: "…"` : null;
    return invalid(where, `${subject} must be ${wanted}, not ${kindOf(value)}`, hint);
  }
  const shown = path.includes("Variables") || typeof value !== "string" ? "" : `, not "${value}"`;
  if (issue.code === "invalid_value") {
    const meant = typeof value === "string" ? nearest(value, issue.values.map(String)) : undefined;
    const message = `${subject} must be ${issue.values.join(" or ")}${shown}`;
    return invalid(where, message, meant === undefined ? null : `did you mean ${meant}?`);
  }
  const names =
    name === "Runtime" && typeof value === "string" ? runtimes.map((runtime) => runtime.name) : [];
  const meant = nearest(String(value).replaceAll(" ", ""), names);
  return invalid(
    where,
    `${subject} ${issue.message}${shown}`,
    meant === undefined ? null : `did you mean ${meant}?`,
  );
}

/** The schema's own keys of the map at a path. */
function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  const { build, test, targets } = settingsSchema.shape;
  if (path.length === 0) return Object.keys(settingsSchema.shape);
  if (path[0] === "build") return Object.keys(build.unwrap().shape);
  if (path[0] === "test") return Object.keys(test.unwrap().shape);
  return Object.keys(targets.unwrap().valueType.shape);
}

function warningsOf(value: SettingsText, yaml: YamlText): readonly Warning[] {
  const places: (readonly [path: readonly string[], members: Record<string, unknown> | undefined])[] = [
    [["function"], value.function],
    ...Object.entries(value.targets ?? {}).map(
      ([name, target]) => [["targets", name, "function"], target.function] as const,
    ),
  ];
  return places.flatMap(([path, members]) =>
    Object.keys(members ?? {})
      .filter((member) => !functionMembers.includes(member))
      .flatMap((member) => {
        const meant = nearest(member, functionMembers);
        return meant === undefined ? [] : [memberUnknown(yaml.locateKey([...path, member]), member, meant)];
      })
      .concat(runtimeUnknown(members?.["Runtime"], yaml.locateValue([...path, "Runtime"]))),
  );
}

function memberUnknown(where: string, member: string, meant: string): Warning {
  const message = `${where}: AWS Lambda has no "${member}" that brig knows of; it is passed on as it is`;
  return { code: "function-member-unknown", message, hint: `did you mean ${meant}?` };
}

function runtimeUnknown(runtime: unknown, where: string): readonly Warning[] {
  const names = runtimes.map(({ name }) => name);
  if (typeof runtime !== "string" || names.includes(runtime)) return [];
  const meant = nearest(runtime, names);
  if (meant === undefined) return [];
  const message = `${where}: AWS Lambda has no runtime "${runtime}" that brig knows of; it is passed on as it is`;
  return [{ code: "function-member-unknown", message, hint: `did you mean ${meant}?` }];
}

const kinds: Readonly<Record<string, string>> = {
  string: "text",
  // Settings have no other numbers.
  number: "a whole number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  record: "a map",
};

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "empty";
  if (Array.isArray(value)) return "a list";
  return { string: "text", number: "a number", boolean: "true or false" }[typeof value as string] ?? "a map";
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | null)?.[key], value);
}

function invalid(where: string, message: string, hint: string | null = null): BrigError {
  return new BrigError("config-invalid", `${where}: ${message}`, hint);
}
