import type { PlannedRollback, RollbackResult } from "../../operations/rollback.ts";
import type { Output } from "../output.ts";
import { type Line, renderChanges, renderLines } from "./change.ts";
import { renderCommit, renderShare } from "./commit.ts";

/** What a rollback is about to change. */
export function renderPlanned(planned: PlannedRollback, output: Output): string {
  const { place, account, region, alias, from, to, fromCommit, commit, changes, weights } = planned;
  const name = output.paintTalk("bold", place.folder.name);
  const head = `${name} → ${place.target.name} (${account}, ${region}, alias ${alias})`;
  if (planned.isThere) return `${head}\n  is at version ${to} already`;
  const shares = Object.entries(weights).map(([version, share]) => `${renderShare(share)} to ${version}`);
  const lines: readonly Line[] = [
    ...(from === to ? [] : [["code", `${renderCommit(fromCommit)} → ${renderCommit(commit)}`] as const]),
    ...(shares.length === 0 ? [] : [["weights", `${shares.join(", ")} → none`] as const]),
    ...renderChanges(changes),
  ];
  return [head, ...renderLines(lines)].join("\n");
}

/** `  live 8 → 7, commit 41d09aa  0.4 s` */
export function renderMoved({ alias, from, to, commit }: RollbackResult, milliseconds: number): string {
  const move = from === to ? `${alias} at ${to}` : `${alias} ${from} → ${to}`;
  return `  ${move} · commit ${renderCommit(commit)}  ${(milliseconds / 1000).toFixed(1)} s`;
}
