import { BrigError } from "../../errors.ts";
import { askFirst, canAsk } from "../ask.ts";
import { defineCommand } from "../command.ts";

export const promoteCommand = defineCommand({
  name: "promote",
  summary: "bring the very bytes that run in one target to another",
  positional: {
    name: "FUNCTION",
    summary: "name, api/name or path; without one, the function whose folder you are in",
    least: 0,
    most: 1,
  },
  flags: {
    from: { kind: "text", value: "T", summary: "the target whose code is taken" },
    to: { kind: "text", value: "T", summary: "the target that it is brought to" },
    dryRun: { kind: "boolean", summary: "print the plan and write nothing" },
    yes: { kind: "boolean", summary: "do not ask" },
    canary: { kind: "text", value: "SHARES", summary: "percents that the new version gets in turn: 10,50" },
    interval: { kind: "text", value: "TIME", summary: "how long each share lasts: 30s, 5m (default), 1h" },
    noSmoke: { kind: "boolean", summary: "do not invoke the new version before the alias moves" },
  },
  examples: [
    "brig promote hello --from staged --to prod",
    "brig promote hello --from staged --to prod --dry-run",
    "brig promote hello --from staged --to prod --canary 10,50 --yes",
  ],
  acts: "on AWS",
  run: async ({ positionals, flags, context, output }) => {
    const { from, to } = flags;
    if (from === undefined || to === undefined || from === to) {
      throw new BrigError(
        "usage-invalid",
        "brig promote needs two targets",
        "brig promote --from staged --to prod",
      );
    }
    const [{ promoteFunction }, { DeployPresenter }] = await Promise.all([
      import("../../operations/promote.ts"),
      import("../render/deploy.ts"),
    ]);
    const presenter = new DeployPresenter(output);
    const report = await promoteFunction(
      { ...flags, from, to, names: positionals },
      {
        onPlan: (plan) => presenter.plan(plan),
        onApplied: (name, step) => presenter.applied(name, step),
        confirm: (question) => askFirst(question, false, output, context),
        canAsk: canAsk(output),
      },
      context,
    );
    return presenter.end(report, flags.dryRun);
  },
});
