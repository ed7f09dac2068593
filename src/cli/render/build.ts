import type { BuildDetails, BuildOutcome, BuildRow } from "../../build/report.ts";
import { zippedLimit } from "../../build/limits.ts";
import { renderLockChange } from "../../python/lock-changes.ts";
import type { Output } from "../output.ts";
import { renderSize } from "../progress.ts";

/**
 * Prints what was built and returns the exit status; of several faults the wrong workspace (2) wins over failed work (1).
 *
 * @param took milliseconds that all of it took together
 */
export function presentBuild(outcomes: readonly BuildOutcome[], took: number, output: Output): number {
  const status = Math.max(0, ...outcomes.map(({ exitStatus }) => exitStatus));
  if (output.json) {
    output.result({ functions: outcomes.map(({ row }) => row) }, "");
    for (const { details } of outcomes) if (details?.testOutput) output.stderr.write(details.testOutput);
    return status;
  }
  if (output.quiet) {
    output.result(undefined, outcomes.flatMap(({ row }) => row.zip ?? []).join("\n"));
  } else if (outcomes.length === 1) {
    output.result(undefined, renderOne(outcomes[0]!, output));
  } else {
    output.result(undefined, renderMany(outcomes, took, output));
  }
  for (const outcome of outcomes) presentTrouble(outcome, outcomes.length > 1, output);
  return status;
}

function renderOne({ row, details }: BuildOutcome, output: Output): string {
  const name = output.paint("bold", row.name);
  if (row.zip === null) return "";
  if (details === undefined || (row.status === "unchanged" && details.testOutput === "" && !testsRan(row))) {
    const committed = details?.nowCommitted ? ", now committed" : "";
    return `${name}  unchanged${committed}  ${shortZip(row)} is ${linkOf(row)}`;
  }
  const { runtime, architecture, linksBefore } = details;
  const head = [name, "", runtime ?? "", architecture].join(" ").trimEnd();
  return [
    head,
    ...renderLock(details),
    ...(row.status === "unchanged" || details.changed.length === 0
      ? []
      : [`  staged   ${renderStaged(details)}`]),
    `  zip      ${shortZip(row)}  ${renderSize(row.size ?? 0)} of ${shownLimit}${row.status === "unchanged" ? ", unchanged" : ""}`,
    `  tests    ${renderTests(row, details, output)}`,
    ...renderCurrent(row, linksBefore.current),
  ].join("\n");
}

function renderLock({ lock }: BuildDetails): string[] {
  return lock?.written === true ? [`  locked   ${describeLock(lock, 4)}: commit it`] : [];
}

/** @param most changes that are listed */
function describeLock(lock: NonNullable<BuildDetails["lock"]>, most: number): string {
  const listed = lock.changes.slice(0, most).map(renderLockChange).join(", ");
  const more = lock.changes.length > most ? ` and ${lock.changes.length - most} more` : "";
  const isNew = lock.changes.length === lock.packages && lock.changes.every(({ kind }) => kind === "added");
  return isNew
    ? `${lock.packages} ${lock.packages === 1 ? "wheel" : "wheels"}, new pylock.toml`
    : listed === ""
      ? "pylock.toml written anew"
      : listed + more;
}

/** A name may hold what would move a terminal's cursor, or look like another line. */
function showName(path: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the ones meant
  return /[\u0000-\u001F\u007F-\u009F]/.test(path) ? JSON.stringify(path) : path;
}

/** A few files changed since the last build, so that they can be told. */
function isEdit({ changed, linksBefore }: BuildDetails): boolean {
  return linksBefore.staged !== null && changed.length > 0 && changed.length <= 20;
}

function changedSources({ changed }: BuildDetails): readonly string[] {
  return changed.filter((path) => !path.endsWith(".pyc"));
}

function countChanged(details: BuildDetails): string {
  const { length } = changedSources(details);
  return `${length} ${length === 1 ? "file" : "files"} changed`;
}

function renderStaged(details: BuildDetails): string {
  const { files, parts } = details;
  if (isEdit(details)) {
    const names = changedSources(details);
    const shown =
      names.slice(0, 3).map(showName).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");
    return `${countChanged(details)}: ${shown}`;
  }
  const total = parts.reduce((sum, { size }) => sum + size, 0);
  const largest = parts
    .slice(0, 4)
    .map(({ name, size }) => `${name.split(" ")[0]} ${(size / 1e6).toFixed(1)}`);
  return `${files} ${files === 1 ? "file" : "files"}, ${renderSize(total)} (${largest.join(", ")}${parts.length > 4 ? " …" : ""})`;
}

function renderTests(row: BuildRow, { passed, failed }: BuildDetails, output: Output): string {
  const seconds = `${(row.tests.duration / 1000).toFixed(1)} s`;
  switch (row.tests.status) {
    case "none":
      return "none";
    case "skipped":
      return "not run";
    case "passed":
      return `${output.paint("green", passed === null ? "passed" : `${passed} passed`)} in ${seconds}`;
    case "failed": {
      const counts = failed === null ? "failed" : `${failed} failed, ${passed} passed`;
      return `${output.paint("red", counts)} in ${seconds}`;
    }
  }
}

function renderCurrent(row: BuildRow, before: string | null): string[] {
  if (row.tests.status === "failed") return [];
  if (row.links.current === before) {
    return [
      `  current  ${before === null ? "none" : before === row.links.staged ? "stays" : `stays at ${before}`}`,
    ];
  }
  if (before === null) return ["  current  was none"];
  return row.links.previous === before ? [`  current  previous is ${before}`] : [`  current  was ${before}`];
}

function renderMany(outcomes: readonly BuildOutcome[], took: number, output: Output): string {
  const width = Math.max(...outcomes.map(({ row }) => row.name.length));
  const lines = outcomes.map((outcome) => {
    const { row } = outcome;
    const paint = row.status === "failed" ? "red" : row.status === "built" ? "green" : "dim";
    const name = output.paint("bold", row.name.padEnd(width));
    return `${name}  ${output.paint(paint, row.status.padEnd(9))} ${renderShort(outcome)}`.trimEnd();
  });
  const count = (status: BuildRow["status"]): number =>
    outcomes.filter(({ row }) => row.status === status).length;
  const counts = (["built", "unchanged", "failed"] as const).filter((status) => count(status) > 0);
  return [
    ...lines,
    `${outcomes.length} functions, ${counts.map((status) => `${count(status)} ${status}`).join(", ")}, in ${(took / 1000).toFixed(1)} s`,
  ].join("\n");
}

function renderShort({ row, details }: BuildOutcome): string {
  if (details === undefined || row.status === "unchanged")
    return details?.nowCommitted ? "now committed" : "";
  const change = details.lock?.written
    ? [`lock: ${describeLock(details.lock, 2)}`]
    : isEdit(details)
      ? [countChanged(details)]
      : [];
  const tests =
    row.tests.status === "passed" && details.passed !== null
      ? `${details.passed} passed`
      : `tests ${row.tests.status}`;
  const time = Object.values(row.timings).reduce((sum, part) => sum + part, 0);
  const size = row.size === null ? [] : [renderShortSize(row.size)];
  return [...change, tests, ...size, `${(time / 1000).toFixed(1)} s`].join("   ");
}

const shownLimit = `${Math.round(zippedLimit / 2 ** 20)} MB`;

/** The limit only where it is not far away. */
function renderShortSize(size: number): string {
  return size > zippedLimit / 5 ? `${renderSize(size)} of ${shownLimit}` : renderSize(size);
}

function presentTrouble({ row, details }: BuildOutcome, named: boolean, output: Output): void {
  for (const warning of row.warnings) output.warn(warning);
  if (details?.note) output.talk(`note: ${details.note}`);
  if (row.error === null) return;
  if (details?.testOutput && !(output.stderr.isTTY && !output.quiet)) {
    output.stderr.write(`\n${indent(details.testOutput)}\n\n`);
  }
  output.fault(named ? { ...row.error, message: `${row.name}: ${row.error.message}` } : row.error);
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => (line === "" ? "" : `    ${line}`))
    .join("\n");
}

function testsRan(row: BuildRow): boolean {
  return row.timings.test > 0;
}

function shortZip(row: BuildRow): string {
  return row.zip!.slice(row.path === "." ? 0 : row.path.length + 1);
}

function linkOf(row: BuildRow): string {
  return row.links.current === row.links.staged ? "current" : "staged";
}
