import type { Change } from "../../deploy/diff-members.ts";

/** A thing that changes, and how. */
export type Line = readonly [label: string, text: string];

/** Indented, the texts in a column. */
export function renderLines(lines: readonly Line[]): readonly string[] {
  const width = Math.max(0, ...lines.map(([label]) => label.length));
  return lines.map(([label, text]) => `  ${label.padEnd(width)}  ${text}`.trimEnd());
}

const variable = "Environment.Variables.";

/** What changes in a configuration: variables by their names in one line, what else there is with its values. */
export function renderChanges(changes: readonly Change[]): readonly Line[] {
  const variables = changes.filter(({ path }) => path.startsWith(variable));
  const names = variables.map(({ path, from, to }) => {
    const name = path.slice(variable.length);
    if (from === null) return `+ ${name}`;
    return to === null ? `- ${name}` : `~ ${name} (value hidden)`;
  });
  return [
    ...changes
      .filter((change) => !variables.includes(change))
      .map(({ path, from, to }): Line => [path, from === null ? show(to) : `${show(from)} → ${show(to)}`]),
    ...(names.length === 0 ? [] : [["Environment", names.join("   ")] as const]),
  ];
}

/** A value for people; nothing is `none`. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return "none";
  return typeof value === "string" ? value : JSON.stringify(value);
}
