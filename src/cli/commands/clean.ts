import { defineCommand, functionNames } from "../command.ts";
import { renderSize } from "../progress.ts";

export const cleanCommand = defineCommand({
  name: "clean",
  summary: "remove old builds that no link points to, and staging trees",
  positional: { ...functionNames, summary: "functions to clean (default: all)" },
  flags: {
    keep: {
      kind: "count",
      value: "N",
      summary: "keep the N newest builds of each function besides the linked ones",
    },
    cache: { kind: "boolean", summary: "empty the store too: everything is fetched and compiled anew" },
  },
  examples: ["brig clean", "brig clean hello --keep 3", "brig clean --cache"],
  run: async ({ positionals, flags, context, output }) => {
    const { cleanWorkspace } = await import("../../operations/clean.ts");
    const cleaned = await cleanWorkspace(
      { names: positionals, keep: flags.keep ?? 0, cache: flags.cache },
      context,
    );
    const lines = cleaned.removed.map((path) => `removed ${path}`);
    output.result(cleaned, [...lines, `${renderSize(cleaned.freed)} freed`].join("\n"));
    return 0;
  },
});
