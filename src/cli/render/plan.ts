import type { Change } from "../../deploy/diff-members.ts";
import type { ShownStep } from "../../deploy/step.ts";
import type { DeployReport, DeployRow } from "../../operations/deploy-report.ts";
import type { Output } from "../output.ts";
import { type Line, renderChanges, renderLines, show } from "./change.ts";

/** The plan of one function: where it goes, then a line for each thing that changes. */
export function renderPlan(row: DeployRow, report: DeployReport, output: Output): string {
  const place = `${report.account}, ${report.region}, alias ${row.alias}`;
  const head = `${output.paint("bold", row.name)} → ${output.paint("bold", report.target)} (${place})`;
  const lines: readonly Line[] = row.unchanged ? [["", "nothing to do"]] : row.steps.flatMap(renderStep);
  return [head, ...renderLines(lines)].join("\n");
}

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
