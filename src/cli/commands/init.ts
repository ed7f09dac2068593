import { defineCommand } from "../command.ts";

export const initCommand = defineCommand({
  name: "init",
  summary: "make a folder a workspace: brig.yaml and what git shall ignore",
  positional: { name: "DIR", summary: "the folder (default: this one)", least: 0, most: 1 },
  flags: {},
  examples: ["brig init", "brig init lambdas"],
  run: async ({ positionals, context, output }) => {
    const { initWorkspace } = await import("../../operations/init.ts");
    const made = await initWorkspace(positionals[0] ?? ".", context);
    const done = [
      ...made.written.map((file) => `wrote ${file}`),
      ...made.kept.map((file) => `kept ${file}`),
      ...made.functions.map((name) => `found function ${name}`),
    ];
    output.result(made, done.join("\n"));
    if (made.functions.length === 0) output.talk("next: brig new hello");
    return 0;
  },
});
