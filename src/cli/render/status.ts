import type { StatusRow } from "../../operations/status.ts";
import type { Output } from "../output.ts";
import { renderAge } from "./age.ts";
import { renderCommit, renderShare } from "./commit.ts";
import { renderTable } from "./table.ts";

/** A table of what runs where; the target only where there is more than one. */
export function renderStatus(rows: readonly StatusRow[], output: Output): string {
  if (rows.length === 0) return "no targets: docs/guide.md tells how to name one in brig.yaml";
  const isOne = new Set(rows.map(({ target }) => target)).size === 1;
  const cells = rows.map((row) => [
    output.paint("bold", row.name),
    ...(isOne ? [] : [row.target ?? "-"]),
    row.version ?? "-",
    row.version === null ? "-" : renderCommit(row.commit, row.dirty),
    row.age === null ? "-" : renderAge(row.age),
    renderState(row, output),
  ]);
  const head = ["FUNCTION", ...(isOne ? [] : ["TARGET"]), "VERSION", "COMMIT", "AGE", "STATE"];
  return renderTable([head, ...cells]);
}

function renderState(row: StatusRow, output: Output): string {
  if (row.error !== null) return output.paint("red", `${row.error.code}: ${row.error.message}`);
  if (row.version === null) return "not deployed";
  const remarks = [
    ...Object.entries(row.weights).map(([version, share]) => `${renderShare(share)} to version ${version}`),
    ...(row.commit === null ? ["not deployed by brig"] : []),
    ...(row.drift.length === 0 ? [] : [`$LATEST differs: ${renderDrift(row.drift)}`]),
  ];
  return remarks.length === 0 ? output.paint("green", "ok") : output.paint("yellow", remarks.join(", "));
}

function renderDrift(drift: readonly string[]): string {
  const names = drift.map((path) => (path === "CodeSha256" ? "code" : path));
  return names.length <= 4
    ? names.join(", ")
    : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;
}
