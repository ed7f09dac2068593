import type { TestedFunction } from "../../operations/test-deployed.ts";
import { type Output, worstStatus } from "../output.ts";
import { renderLog } from "./log-line.ts";

/** Prints what the events gave, what the failed ones logged, and returns the exit status. */
export function presentTested(rows: readonly TestedFunction[], output: Output): number {
  if (output.json) {
    output.result({ functions: rows }, "");
    return worstStatus(rows);
  }
  if (!output.quiet) output.result(undefined, rows.map((row) => renderRow(row, output)).join("\n"));
  for (const { name, events, output: text, error } of rows) {
    for (const event of events.filter(({ status }) => status === "failed")) {
      output.stderr.write(`\n  events/${event.name}.json\n${indent(event.reason ?? "")}`);
      output.stderr.write(renderLog(event.logs, output.verbose));
    }
    if (text !== "") output.stderr.write(`\n${indent(text)}`);
    if (error === null) continue;
    output.fault(rows.length === 1 ? error : { ...error, message: `${name}: ${error.message}` });
  }
  return worstStatus(rows);
}

function renderRow({ name, target, alias, tests, events }: TestedFunction, output: Output): string {
  const versions = [...new Set(events.flatMap(({ version }) => version ?? []))];
  const where = `${target}, alias ${alias}${versions.length === 0 ? "" : `, version ${versions.join(" and ")}`}`;
  const outcome = renderCounts(tests, output);
  return `${output.paint("bold", name)}  ${outcome} in ${(tests.duration / 1000).toFixed(1)} s  (${where})`;
}

function renderCounts({ status, passed, failed, runner }: TestedFunction["tests"], output: Output): string {
  if (status === "none") return "no events";
  const paint = status === "failed" ? "red" : "green";
  if (passed === null || failed === null) return output.paint(paint, `${runner} and events ${status}`);
  if (failed === 0 && passed === 0) return output.paint("red", "not tested");
  return [
    ...(failed > 0 ? [output.paint("red", `${failed} failed`)] : []),
    ...(passed > 0 ? [output.paint("green", `${passed} passed`)] : []),
  ].join(", ");
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `    ${line}\n`)
    .join("");
}
