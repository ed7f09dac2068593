import { defineCommand } from "../command.ts";

export const listCommand = defineCommand({
  name: "list",
  summary: "show the functions of the workspace",
  flags: {},
  examples: ["brig list", "brig list --json", "brig list -q"],
  run: async ({ context, output }) => {
    const { listFunctions } = await import("../../operations/list.ts");
    const { renderList } = await import("../render/list.ts");
    const functions = await listFunctions(context);
    output.result({ functions }, renderList(functions, output));
    return 0;
  },
});
