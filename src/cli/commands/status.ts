import { defineCommand, functionNames } from "../command.ts";
import { worstStatus } from "../output.ts";
import { targetFlag } from "./target-flag.ts";

export const statusCommand = defineCommand({
  name: "status",
  summary: "show which version and commit runs in each target",
  positional: {
    ...functionNames,
    summary: "name, api/name, api/ or path; without one, the function around you, or all",
  },
  flags: {
    ...targetFlag,
    all: { kind: "boolean", summary: "every function of the workspace" },
  },
  examples: ["brig status --target prod", "brig status hello --json"],
  run: async ({ positionals, flags, context, output }) => {
    const { readStatus } = await import("../../operations/status.ts");
    const { renderStatus } = await import("../render/status.ts");
    const rows = await readStatus({ names: positionals, all: flags.all, target: flags.target }, context);
    output.result({ functions: rows }, renderStatus(rows, output));
    return worstStatus(rows);
  },
});
