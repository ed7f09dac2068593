import type { Check } from "../../operations/doctor.ts";
import type { Output } from "../output.ts";
import { renderTable } from "./table.ts";

/** A line per check, hints below those that need one; with `--quiet` only what is not good. */
export function renderDoctor(checks: readonly Check[], output: Output): string {
  const shown = output.quiet ? checks.filter(({ state }) => state !== "good") : checks;
  const paints = { good: "green", warning: "yellow", fault: "red" } as const;
  const rows = shown.map(({ subject, state, message }) => [
    output.paint(paints[state], state),
    output.paint("bold", subject),
    message,
  ]);
  const lines = renderTable(rows).split("\n");
  return shown.flatMap(({ hint }, index) => [lines[index]!, ...(hint ? [`hint: ${hint}`] : [])]).join("\n");
}
