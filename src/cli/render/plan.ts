import type { Change } from "../../deploy/diff-members.ts";
import type { ShownStep } from "../../deploy/step.ts";
import type { DeployReport, DeployRow } from "../../operations/deploy-report.ts";
import type { Output } from "../output.ts";

/** The plan of one function: where it goes, then a line for each thing that changes. */
export function renderPlan(row: DeployRow, report: DeployReport, output: Output): string {
  const place = `${report.account}, ${report.region}, alias ${row.alias}`;
  const head = `${output.paint("bold", row.name)} → ${output.paint("bold", report.target)} (${place})`;
  const lines = row.unchanged ? [["", "nothing to do"]] : row.steps.flatMap(renderStep);
  const width = Math.max(0, ...lines.map(([label]) => label.length));
  return [head, ...lines.map(([label, text]) => `  ${label.padEnd(width)}  ${text}`.trimEnd())].join("\n");
}

type Line = readonly [label: string, text: string];

function renderStep(step: ShownStep): readonly Line[] {
  const { call, why, changes = [] } = step;
  switch (call) {
    case "PublishVersion":
    case "Invoke":
      return [];
    case "CreateFunction":
      return [["create", why ?? ""], ...renderChanges(changes)];
    case "UpdateFunctionCode":
      return [["code", renderFiles(why, changes)]];
    case "CreateAlias":
    case "UpdateAlias":
      return why === undefined ? renderMove(changes) : [["weights", `cleared: ${why}`]];
    default:
      return [...renderChanges(changes), ...(why === undefined ? [] : [["", why] as const])];
  }
}

const mostNames = 5;

function renderFiles(why: string | undefined, changes: readonly Change[]): string {
  const names = changes.filter(({ path }) => path !== "Architectures").map(({ path }) => path);
  const moves = changes.filter(({ path }) => path === "Architectures");
  const more = names.length > mostNames ? `, and ${names.length - mostNames} more` : "";
  const files =
    names.length === 0
      ? (why ?? "")
      : `${names.length} ${names.length === 1 ? "file" : "files"} changed: ${names.slice(0, mostNames).join(", ")}${more}`;
  return [files, ...moves.map(({ path, from, to }) => `${path} ${show(from)} → ${show(to)}`)].join("  ");
}

function renderMove(changes: readonly Change[]): readonly Line[] {
  const from = changes[0]?.from;
  return [["version", from === null || from === undefined ? "the first one" : `after ${show(from)}`]];
}

const variable = "Environment.Variables.";

/** Variables by their names in one line, what else there is with its values. */
function renderChanges(changes: readonly Change[]): readonly Line[] {
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

function show(value: unknown): string {
  if (value === null || value === undefined) return "none";
  return typeof value === "string" ? value : JSON.stringify(value);
}
