import { askFirst } from "../ask.ts";
import { defineCommand } from "../command.ts";
import { oneFunction } from "./one-function.ts";
import { targetFlag, yesFlag } from "./target-flag.ts";

export const rollbackCommand = defineCommand({
  name: "rollback",
  summary: "move a target's alias back to the version that it had before",
  positional: oneFunction,
  flags: {
    ...targetFlag,
    to: { kind: "text", value: "VERSION", summary: "a version, or the beginning of a commit" },
    ...yesFlag,
  },
  examples: [
    "brig rollback hello --target prod",
    "brig rollback hello --target prod --to 7",
    "brig rollback hello --target prod --to 41d09aa",
  ],
  acts: "on AWS",
  run: async ({ positionals, flags, context, output }) => {
    const { rollBack } = await import("../../operations/rollback.ts");
    const { renderMoved, renderPlanned } = await import("../render/rollback.ts");
    const began = performance.now();
    const result = await rollBack(
      { names: positionals, target: flags.target, to: flags.to },
      async (planned) => {
        if (!output.json) output.talk(renderPlanned(planned, output));
        const { name, settings } = planned.place.target;
        if (planned.isThere || !settings.protected) return;
        await askFirst(`${name} is protected. Roll back?`, flags.yes, output, context);
      },
      context,
    );
    output.result(result, output.quiet ? "" : renderMoved(result, performance.now() - began));
    return 0;
  },
});
