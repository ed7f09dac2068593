import { BrigError } from "../../errors.ts";
import { askFirst, canAsk } from "../ask.ts";
import { defineCommand, functionNames } from "../command.ts";

export const deployCommand = defineCommand({
  name: "deploy",
  summary: "bring functions to AWS: a tested version behind the alias of a target",
  positional: functionNames,
  flags: {
    target: { kind: "text", value: "T", summary: "the target of brig.yaml to deploy to" },
    all: { kind: "boolean", summary: "every function that has the target" },
    dryRun: { kind: "boolean", summary: "print the plan and write nothing" },
    yes: { kind: "boolean", summary: "do not ask" },
    out: { kind: "text", value: "FILE", summary: "save the plan in FILE and write nothing else" },
    plan: { kind: "text", value: "FILE", summary: "apply the plan in FILE, if it still is the plan" },
    canary: { kind: "text", value: "SHARES", summary: "percents that the new version gets in turn: 10,50" },
    interval: { kind: "text", value: "TIME", summary: "how long each share lasts: 30s, 5m (default), 1h" },
    noSmoke: { kind: "boolean", summary: "do not invoke the new version before the alias moves" },
    frozen: { kind: "boolean", summary: "the lock must be there and valid: nothing is resolved" },
  },
  examples: [
    "brig deploy hello --target staged --dry-run",
    "brig deploy hello --target prod --canary 10,50 --interval 5m",
    "brig deploy --all --target prod --yes --json",
  ],
  acts: "on AWS",
  run: async ({ positionals, flags, context, output }) => {
    const { target } = flags;
    if (target === undefined) {
      throw new BrigError("usage-invalid", "brig deploy needs a target", "brig deploy --target staged");
    }
    refuseTogether(flags.plan !== undefined && flags.out !== undefined, "--plan and --out");
    refuseTogether(flags.plan !== undefined && flags.all, "--plan and --all");
    const [{ deployFunctions }, { DeployPresenter }] = await Promise.all([
      import("../../operations/deploy.ts"),
      import("../render/deploy.ts"),
    ]);
    const presenter = new DeployPresenter(output);
    const report = await deployFunctions(
      { ...flags, target, names: positionals },
      {
        onPlan: (plan) => presenter.plan(plan),
        onApplied: (name, step) => presenter.applied(name, step),
        confirm: (question) => askFirst(question, false, output, context),
        canAsk: canAsk(output),
      },
      context,
    );
    return presenter.end(report, flags.dryRun || flags.out !== undefined, flags.out);
  },
});

function refuseTogether(both: boolean, flags: string): void {
  if (both) throw new BrigError("usage-invalid", `${flags} contradict each other`, "brig deploy --help");
}
