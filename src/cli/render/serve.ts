import type { ServeReady } from "../../operations/serve.ts";
import type { ServedInvocation } from "../../operations/start-local-service.ts";
import type { BrigError } from "../../errors.ts";
import { type Output, reportOf } from "../output.ts";
import { renderLog } from "./log-line.ts";
import { renderTable } from "./table.ts";

/** Where the functions are, once all are. */
export function presentReady(ready: ServeReady, output: Output): void {
  if (output.json) {
    // One line, so that whoever started it can wait for that line.
    output.stdout.write(`${JSON.stringify(ready)}\n`);
    return;
  }
  const rows = ready.functions.map(({ name, url }) => [output.paint("bold", name), url]);
  if (rows.length > 0) output.result(undefined, renderTable(rows));
  output.result(undefined, `AWS_ENDPOINT_URL=${ready.endpoint}`);
}

export function presentInvocations(invocations: readonly ServedInvocation[], output: Output): void {
  // Each call is one of the system's: under load many invocations are told of at once.
  if (!output.quiet) output.stderr.write(invocations.map((each) => renderInvocation(each, output)).join(""));
}

/** A line of an invocation: function, duration, memory, how it ended; below it what the function logged. */
function renderInvocation(
  { functionName, memorySize, outcome, logs }: ServedInvocation,
  output: Output,
): string {
  const init = outcome.initMs === null ? "" : ` (init ${Math.round(outcome.initMs)} ms)`;
  const failed = outcome.functionError !== null || outcome.streamError !== undefined;
  const status = failed
    ? output.paintTalk("red", outcome.errorType ?? "failed")
    : output.paintTalk("green", "ok");
  const line = [
    output.paintTalk("bold", functionName),
    `${Math.round(outcome.durationMs)} ms${init}`,
    `${outcome.maxMemoryMb} MB of ${memorySize} MB`,
    status,
  ].join("  ");
  return `${line}\n${renderLog(logs, output.verbose)}`;
}

/** A function whose files do not build. */
export function presentBroken(name: string, fault: BrigError, first: boolean, output: Output): void {
  output.fault({ ...reportOf(fault), message: `${name}: ${fault.message}` });
  output.talk(first ? `${name} is not served until it builds` : `${name} goes on with its old code`);
}
