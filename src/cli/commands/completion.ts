import { defineCommand } from "../command.ts";

const shells = ["bash", "zsh", "fish"] as const;

export const completionCommand = defineCommand({
  name: "completion",
  summary: "print a completion script for a shell",
  positional: { name: "SHELL", summary: shells.join(", "), least: 1, most: 1, choices: shells },
  flags: {},
  examples: ['eval "$(brig completion bash)"', "brig completion fish > ~/.config/fish/completions/brig.fish"],
  run: async ({ positionals, output, commands }) => {
    const { renderCompletion } = await import("../render/completion.ts");
    const script = renderCompletion(positionals[0] as (typeof shells)[number], commands);
    output.result({ shell: positionals[0], script }, script);
    return 0;
  },
});
