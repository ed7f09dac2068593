import type { ListedEvent } from "../../operations/event.ts";
import type { Output } from "../output.ts";
import { renderTable } from "./table.ts";

/** A table of sample events; with `--quiet` their names, one per line. */
export function renderEvents(events: readonly ListedEvent[], output: Output): string {
  if (output.quiet) return events.map(({ name }) => name).join("\n");
  const rows = events.map(({ name, service, description }) => [
    output.paint("bold", name),
    service,
    description,
  ]);
  return renderTable([["EVENT", "SERVICE", ""], ...rows]);
}
