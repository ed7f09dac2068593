import { BrigError } from "../../errors.ts";
import { askFirst } from "../ask.ts";
import { defineCommand } from "../command.ts";
import { oneFunction } from "./one-function.ts";
import { targetFlag, yesFlag } from "./target-flag.ts";

/** How many of the newest versions `--prune` leaves when nobody says. */
const usualKeep = 10;

export const versionsCommand = defineCommand({
  name: "versions",
  summary: "show the published versions of a function, or remove old ones",
  positional: oneFunction,
  flags: {
    ...targetFlag,
    prune: { kind: "boolean", summary: "remove versions that no alias uses, but the newest" },
    keep: {
      kind: "count",
      value: "N",
      summary: `how many of the newest --prune keeps (default: ${usualKeep})`,
    },
    ...yesFlag,
  },
  examples: [
    "brig versions hello --target prod",
    "brig versions hello --target prod --prune --keep 5",
    "brig versions hello --target prod --json",
  ],
  acts: "on AWS",
  run: async ({ positionals, flags, context, output }) => {
    if (flags.keep !== undefined && !flags.prune) {
      throw new BrigError("usage-invalid", "--keep belongs to --prune", "brig versions --help");
    }
    const { listVersions } = await import("../../operations/versions.ts");
    const { renderVersions } = await import("../render/versions.ts");
    const result = await listVersions(
      { names: positionals, target: flags.target, prune: flags.prune, keep: flags.keep ?? usualKeep },
      (question) => askFirst(question, flags.yes, output, context),
      context,
    );
    const { versions, removed } = result;
    if (flags.prune && !output.json) {
      output.talk(removed.length === 0 ? "nothing to remove" : `removed: ${removed.join(", ")}`);
    }
    output.result(flags.prune ? { versions, removed } : { versions }, renderVersions(result, output));
    return 0;
  },
});
