import type { Desired, Remote } from "../deploy/desired.ts";
import type { FunctionPlan } from "../deploy/plan.ts";
import { parseVersionRecord, type VersionRecord } from "../deploy/record.ts";
import { type ShownStep, showStep } from "../deploy/step.ts";
import type { ErrorReport } from "../errors.ts";

/** `brig deploy --dry-run --json`, and what `--out` saves. */
export interface DeployReport {
  readonly target: string;
  readonly region: string;
  readonly account: string;
  readonly functions: readonly DeployRow[];
}

/** One function's row: its plan, and what became of it. */
export interface DeployRow {
  readonly name: string;
  /** This and `alias` are `null` where the function's settings cannot be read. */
  readonly functionName: string | null;
  readonly codeSha256: string | null;
  readonly steps: readonly ShownStep[];
  readonly unchanged: boolean;
  /** Whether `--yes` is needed: more than half of the environment variables leave. */
  readonly needsYes?: true;
  /** What the plan was made for: another actor's write gives another one. */
  readonly revisions: { readonly latest: string | null; readonly version: string | null };
  /** Absent from a plan that was not applied. */
  readonly status?: "deployed" | "unchanged" | "failed" | "returned";
  /** Behind the alias. */
  readonly version?: string | null;
  readonly previousVersion?: string | null;
  readonly alias: string | null;
  readonly commit: string | null;
  readonly dirty: boolean | null;
  readonly error: ErrorReport | null;
}

export function describePlan(name: string, plan: FunctionPlan, desired: Desired, remote: Remote): DeployRow {
  return {
    name,
    functionName: plan.functionName,
    codeSha256: plan.codeSha256,
    steps: plan.steps.map(showStep),
    unchanged: plan.unchanged,
    ...(plan.removesMost.length > 0 && { needsYes: true }),
    revisions: { latest: remote.latest?.revisionId ?? null, version: remote.live?.version ?? null },
    alias: desired.alias,
    ...describeRecord(plan.unchanged ? parseVersionRecord(remote.live?.description) : desired.zip.record),
    error: null,
  };
}

export function describeRecord(record: VersionRecord | undefined): {
  readonly commit: string | null;
  readonly dirty: boolean | null;
} {
  return { commit: record?.commit ?? null, dirty: record?.dirty ?? null };
}

/** A function that failed before there was a plan. */
export function describeFailure(
  place: Pick<DeployRow, "name" | "functionName" | "alias">,
  error: ErrorReport,
): DeployRow {
  return {
    ...place,
    codeSha256: null,
    steps: [],
    unchanged: false,
    revisions: { latest: null, version: null },
    status: "failed",
    version: null,
    previousVersion: null,
    commit: null,
    dirty: null,
    error,
  };
}
