import { setTimeout as sleep } from "node:timers/promises";
import type { Context } from "../context.ts";
import { type AppliedStep, applyPlan } from "../deploy/apply.ts";
import { type Canary, CanaryReturned } from "../deploy/canary.ts";
import { parseVersionRecord } from "../deploy/record.ts";
import { sendCode } from "../deploy/send-code.ts";
import { BrigError, type ErrorReport } from "../errors.ts";
import { type DeployRow, describePlan, describeRecord } from "./deploy-report.ts";
import { judgeShare } from "./judge-share.ts";
import type { PlannedFunction } from "./plan-deploy.ts";

/** What happened with one function, as it happens. */
export type OnApplied = (name: string, step: AppliedStep) => void;

/** Applies the plan of one function; a fault stands in its row. */
export async function applyPlanned(
  planned: PlannedFunction,
  canary: Canary | undefined,
  onStep: OnApplied,
  context: Context,
): Promise<DeployRow> {
  const { of, session, desired, remote, plan, smokeTests } = planned;
  const { name } = of.folder;
  const row = describePlan(name, plan, desired, remote);
  const version = remote.live?.version ?? null;
  if (plan.unchanged) return { ...row, status: "unchanged", version, previousVersion: version };
  const { lambda } = session;
  const { signal } = context;
  let moved: string | undefined;
  try {
    const applied = await applyPlan(plan, desired, remote, {
      lambda,
      sendCode: () => sendCode(desired, remote.latest, session.s3, context),
      smokeTests,
      canary,
      canaryPorts: {
        wait: (milliseconds) => sleep(milliseconds, undefined, { signal }),
        judge: (number, since) => judgeShare(planned, number, since, context),
        now: context.now,
        onShare: (share) => onStep(name, { kind: "share", share }),
      },
      signal,
      onStep: (step) => {
        if (step.kind === "alias") moved = step.to;
        onStep(name, step);
      },
      onWait: (text) => context.report({ kind: "note", subject: name, text }),
    });
    return { ...withVersion(row, applied.version), status: "deployed", ...applied };
  } catch (fault) {
    const error = describeFault(fault, signal);
    const status = fault instanceof CanaryReturned ? "returned" : "failed";
    // What stands on the alias comes after it, so it may have moved; else it is where it was, and so is what it runs.
    const record = moved === undefined ? describeRecord(parseVersionRecord(remote.live?.description)) : {};
    return { ...row, ...record, status, version: moved ?? version, previousVersion: version, error };
  }
}

/** The plan calls the version that it makes "new". */
function withVersion(row: DeployRow, version: string | null): DeployRow {
  return {
    ...row,
    steps: row.steps.map((step) =>
      step.changes === undefined
        ? step
        : {
            ...step,
            changes: step.changes.map((change) =>
              change.path === "FunctionVersion" ? { ...change, to: version } : change,
            ),
          },
    ),
  };
}

/** @throws what is a fault of brig's own */
export function describeFault(fault: unknown, signal: AbortSignal): ErrorReport {
  if (fault instanceof BrigError) return { code: fault.code, message: fault.message, hint: fault.hint };
  if (!signal.aborted) throw fault;
  return {
    code: "interrupted",
    message: "interrupted before all was done",
    hint: "run it again: it goes on from there",
  };
}
