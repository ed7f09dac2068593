import type { ListedFunction } from "../../operations/list.ts";
import type { Output } from "../output.ts";
import { renderTable } from "./table.ts";

/** A table of functions; with `--quiet` their names, one per line. */
export function renderList(functions: readonly ListedFunction[], output: Output): string {
  if (output.quiet) return functions.map(({ name }) => name).join("\n");
  if (functions.length === 0) return "no functions yet: brig new hello";
  const rows = functions.map((each) => [
    output.paint("bold", each.name),
    each.runtime ?? (each.error ? "-" : "not named"),
    each.architecture ?? "-",
    each.links.current ?? "-",
    remarks(each, output),
  ]);
  return renderTable([["FUNCTION", "RUNTIME", "ARCHITECTURE", "CURRENT", ""], ...rows]);
}

function remarks(each: ListedFunction, output: Output): string {
  const staged = each.links.staged !== null && each.links.staged !== each.links.current;
  return [
    each.error && output.paint("red", `${each.error.code}: ${each.error.message}`),
    staged && "staged is newer",
    each.readmeProblem && output.paint("yellow", each.readmeProblem),
  ]
    .filter(Boolean)
    .join(", ");
}
