import type { OnApplied } from "./apply-deploy.ts";
import type { DeployReport, DeployRow } from "./deploy-report.ts";
import type { PlannedFunction } from "./plan-deploy.ts";

/** What the one who asked for a deployment sees and answers. */
export interface DeployPorts {
  /** The plan, before anything is written. */
  readonly onPlan: (report: DeployReport) => void;
  readonly onApplied: OnApplied;
  /** Asks a person, where there is one. @throws BrigError `interrupted` for no */
  readonly confirm: (question: string) => Promise<void>;
  /** Whether there is a person to ask. */
  readonly canAsk: boolean;
}

/** Asks before protected targets and before most variables leave; where nobody can be asked, the latter needs `--yes`. */
export async function confirmDeployment(
  planned: readonly (PlannedFunction | { readonly row: DeployRow })[],
  rows: DeployRow[],
  { yes, target }: { readonly yes: boolean; readonly target: string },
  ports: DeployPorts,
): Promise<void> {
  if (yes) return;
  const questions = new Set<string>();
  planned.forEach((each, index) => {
    if ("row" in each || each.plan.unchanged || rows[index]!.error !== null) return;
    if (each.of.target.settings.protected) questions.add(`${target} is protected. Deploy?`);
    const { removesMost } = each.plan;
    if (removesMost.length === 0) return;
    const what = `${each.of.functionName} loses the environment variables ${removesMost.join(", ")}`;
    if (ports.canAsk) {
      questions.add(`${what}. Deploy?`);
    } else {
      const message = `${what}: more than half of all`;
      const hint = `if that is meant: --yes (brig deploy ${each.of.folder.name} --target ${target} --yes)`;
      rows[index] = { ...rows[index]!, error: { code: "usage-invalid", message, hint } };
    }
  });
  for (const question of questions) await ports.confirm(question);
}
