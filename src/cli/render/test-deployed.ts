import type { TestedFunction } from "../../operations/test-deployed.ts";
import type { Output } from "../output.ts";
import { renderLog } from "./log-line.ts";

/** Prints what the events gave, what the failed ones logged, and returns the exit status. */
export function presentTested(rows: readonly TestedFunction[], output: Output): number {
  const hasFailed = rows.some(({ error }) => error !== null);
  if (output.json) {
    output.result({ functions: rows }, "");
    return hasFailed ? 1 : 0;
  }
  if (!output.quiet) output.result(undefined, rows.map((row) => renderRow(row, output)).join("\n"));
  for (const { name, events, error } of rows) {
    for (const event of events.filter(({ status }) => status === "failed")) {
      output.stderr.write(`\n  events/${event.name}.json\n${indent(event.reason ?? "")}`);
      output.stderr.write(renderLog(event.logs, output.verbose));
    }
    if (error === null) continue;
    output.fault(rows.length === 1 ? error : { ...error, message: `${name}: ${error.message}` });
  }
  return hasFailed ? 1 : 0;
}

function renderRow({ name, target, alias, tests, events }: TestedFunction, output: Output): string {
  const versions = [...new Set(events.flatMap(({ version }) => version ?? []))];
  const where = `${target}, alias ${alias}${versions.length === 0 ? "" : `, version ${versions.join(" and ")}`}`;
  const counts = [
    ...(tests.failed > 0 ? [output.paint("red", `${tests.failed} failed`)] : []),
    ...(tests.passed > 0 ? [output.paint("green", `${tests.passed} passed`)] : []),
  ];
  const outcome = counts.length === 0 ? "no events" : counts.join(", ");
  return `${output.paint("bold", name)}  ${outcome} in ${(tests.duration / 1000).toFixed(1)} s  (${where})`;
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `    ${line}\n`)
    .join("");
}
