import type { LockOutcome } from "../../operations/lock.ts";
import { renderLockChange } from "../../python/lock-changes.ts";
import type { Output } from "../output.ts";

/** Prints what was locked and returns the exit status. */
export function presentLock(outcomes: readonly LockOutcome[], output: Output): number {
  const rows = outcomes.map(({ exitStatus: _status, ...row }) => row);
  output.result(
    { functions: rows },
    outcomes
      .map((outcome) => renderOutcome(outcome, output))
      .filter(Boolean)
      .join("\n"),
  );
  if (!output.json) {
    for (const { name, error } of outcomes) {
      if (error)
        output.fault(outcomes.length > 1 ? { ...error, message: `${name}: ${error.message}` } : error);
    }
  }
  return Math.max(0, ...outcomes.map(({ exitStatus }) => exitStatus));
}

function renderOutcome({ name, status, packages, changes, error }: LockOutcome, output: Output): string {
  if (error !== null || output.quiet) return "";
  const head = output.paint("bold", name);
  const count = `${packages} ${packages === 1 ? "package" : "packages"}`;
  switch (status) {
    case "unlocked":
      return `${head}  needs no lock: no requirements`;
    case "unchanged":
      return `${head}  unchanged, ${count}`;
    case "locked":
      return [
        `${head}  ${count}, pylock.toml written: commit it`,
        ...changes.map((change) => `  ${renderLockChange(change)}`),
      ].join("\n");
    case "failed":
      return "";
  }
}
