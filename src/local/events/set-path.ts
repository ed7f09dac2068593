import { BrigError } from "../../errors.ts";

/** A part of a path: a member's name or an index. */
export type PathStep = string | number;

/** Indexes beyond this would only fill memory. */
const highestIndex = 9999;

/**
 * `Records[0].s3.object.key`; a name with dots in it is written `["x.y"]`.
 *
 * @throws BrigError usage-invalid
 */
export function parsePath(path: string): readonly PathStep[] {
  const steps: PathStep[] = [];
  const rest = path.replaceAll(
    /(?:^|\.)([^.[\]]+)|\[(\d{1,4})\]|\["((?:[^"\\]|\\.)*)"\]/g,
    (_, name?: string, index?: string, quoted?: string) => {
      steps.push(name ?? (index === undefined ? JSON.parse(`"${quoted}"`) : Number(index)));
      return "";
    },
  );
  if (rest !== "" || steps.length === 0) {
    throw new BrigError(
      "usage-invalid",
      `"${path}" is not a path into an event`,
      "--set 'Records[0].body=hello'",
    );
  }
  return steps;
}

/**
 * The same event with another value at the path. What is missing on the way is made; of a list, an element may be replaced
 * or added at its end.
 *
 * @param text JSON, or a string as it stands. Where the event holds a string, the text stays one: the body of a message is
 *   text, also when it is JSON.
 * @throws BrigError usage-invalid when the path goes through a value that has no members
 */
export function setPath(event: unknown, path: string, text: string): unknown {
  const replace = (value: unknown, steps: readonly PathStep[]): unknown => {
    const [step, ...rest] = steps;
    if (step === undefined) return typeof value === "string" ? text : parseValue(text);
    if (typeof step === "number")
      return replaceElement(value, step, (element) => replace(element, rest), path);
    if (value !== undefined && value !== null && !isObject(value)) {
      throw unreachable(path, `"${step}" is looked for in ${describe(value)}`);
    }
    const members = Object.entries(value ?? {});
    const found = members.find(([name]) => name === step);
    const member = replace(found?.[1], rest);
    if (found === undefined) members.push([step, member]);
    else found[1] = member;
    return Object.fromEntries(members);
  };
  return replace(event, parsePath(path));
}

function replaceElement(
  value: unknown,
  index: number,
  replace: (element: unknown) => unknown,
  path: string,
): unknown {
  if (value !== undefined && value !== null && !Array.isArray(value)) {
    throw unreachable(path, `[${index}] is looked for in ${describe(value)}`);
  }
  const list: unknown[] = [...((value as readonly unknown[] | null | undefined) ?? [])];
  if (index > list.length || index > highestIndex) {
    throw unreachable(path, `the list has ${list.length} elements`);
  }
  list[index] = replace(list[index]);
  return list;
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function unreachable(path: string, why: string): BrigError {
  return new BrigError(
    "usage-invalid",
    `the path "${path}" leads nowhere: ${why}`,
    "--set 'Records[0].body=hello'",
  );
}

function describe(value: unknown): string {
  return Array.isArray(value) ? "a list" : isObject(value) ? "an object" : JSON.stringify(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
