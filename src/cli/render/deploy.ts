import type { AppliedStep } from "../../deploy/apply.ts";
import type { DeployReport, DeployRow } from "../../operations/deploy-report.ts";
import { type Output, worstStatus } from "../output.ts";
import { renderSize } from "../progress.ts";
import { renderPlan } from "./plan.ts";
import { renderTable } from "./table.ts";

/** Shows a deployment: the plan, what is done of it, and what came of it. */
export class DeployPresenter {
  readonly #output: Output;
  readonly #began = performance.now();
  readonly #steps = new Map<string, AppliedStep[]>();

  constructor(output: Output) {
    this.#output = output;
  }

  /** Before anything is written; of many functions only those that change. */
  plan(report: DeployReport): void {
    if (this.#output.json) return;
    for (const row of report.functions) {
      if (row.error !== null || row.unchanged) continue;
      this.#output.result({}, renderPlan(row, report, this.#output));
    }
  }

  applied(name: string, step: AppliedStep): void {
    this.#steps.set(name, [...(this.#steps.get(name) ?? []), step]);
  }

  /** @returns the exit status: of several faults the wrong settings (2) win over failed work (1) */
  end(report: DeployReport, planned: boolean, out?: string): number {
    const { functions } = report;
    if (this.#output.json) this.#output.result(report, "");
    else if (planned) this.#showPlans(report, out);
    else this.#showResults(report);
    if (!this.#output.json) {
      for (const { error } of functions) if (error !== null) this.#output.fault(error);
    }
    return worstStatus(functions);
  }

  #showPlans(report: DeployReport, out: string | undefined): void {
    const shown = report.functions.filter(({ error }) => error === null);
    this.#output.result({}, shown.map((row) => renderPlan(row, report, this.#output)).join("\n"));
    if (out !== undefined) this.#output.talk(`plan saved in ${out}`);
  }

  #showResults(report: DeployReport): void {
    const { functions, target } = report;
    const seconds = `${((performance.now() - this.#began) / 1000).toFixed(1)} s`;
    if (functions.every(({ status }) => status === "unchanged")) {
      const what = functions.length === 1 ? functions[0]!.name : `${functions.length} functions`;
      this.#output.result({}, `${what}, nothing to do  ${seconds}`);
      return;
    }
    if (functions.length === 1) {
      const row = functions[0]!;
      if (row.status !== "deployed") return;
      this.#output.result({}, `  ${this.#renderSteps(row)}  ${seconds}`);
      if (row.previousVersion !== null && row.previousVersion !== row.version) {
        this.#output.talk(`back: brig rollback ${row.name} --target ${target}`);
      }
      return;
    }
    const rows = functions.map((row) => [row.name, this.#paintStatus(row), this.#renderSteps(row)]);
    this.#output.result({}, `${renderTable(rows)}\n${renderTotals(functions)}  ${seconds}`);
  }

  #paintStatus({ status }: DeployRow): string {
    const paint = status === "deployed" ? "green" : status === "unchanged" ? "dim" : "red";
    return this.#output.paint(paint, status ?? "");
  }

  /** What stands beside the function has no steps that are told. */
  #renderSteps({ name, alias, status }: DeployRow): string {
    const steps = (this.#steps.get(name) ?? []).map((step) => renderStep(step, alias ?? ""));
    return steps.length === 0 && status === "deployed" ? "settings written" : steps.join(" · ");
  }
}

function renderStep(step: AppliedStep, alias: string): string {
  switch (step.kind) {
    case "code":
      return `uploaded ${renderSize(step.uploaded)}`;
    case "configuration":
      return "configured";
    case "version":
      return `version ${step.version}`;
    case "smoke":
      return `smoke ${step.passed} passed`;
    case "share":
      return `${step.share} %`;
    case "alias":
      return step.from === null ? `${alias} at ${step.to}` : `${alias} ${step.from} → ${step.to}`;
  }
}

function renderTotals(rows: readonly DeployRow[]): string {
  const kinds = ["deployed", "unchanged", "returned", "failed"] as const;
  const counts = kinds.map((kind) => [rows.filter(({ status }) => status === kind).length, kind] as const);
  const told = counts.filter(([count]) => count > 0).map(([count, kind]) => `${count} ${kind}`);
  return `${rows.length} functions, ${told.join(", ")}`;
}
