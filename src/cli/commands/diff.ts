import { defineCommand } from "../command.ts";

export const diffCommand = defineCommand({
  name: "diff",
  summary: "show what a deployment would change: settings and files",
  positional: {
    name: "FUNCTION",
    summary: "name, api/name or path; without one, the function whose folder you are in",
    least: 0,
    most: 1,
  },
  flags: {
    target: { kind: "text", value: "T", summary: "the target of brig.yaml to compare with" },
    exitCode: { kind: "boolean", summary: "end with status 1 where something differs" },
    frozen: { kind: "boolean", summary: "the lock must be there and valid: nothing is resolved" },
  },
  examples: ["brig diff hello --target prod", "brig diff hello --target prod --exit-code --json"],
  run: async ({ positionals, flags, context, output }) => {
    const [{ diffFunction }, { DeployPresenter }] = await Promise.all([
      import("../../operations/diff.ts"),
      import("../render/deploy.ts"),
    ]);
    const report = await diffFunction({ ...flags, names: positionals }, context);
    const status = new DeployPresenter(output).end(report, true);
    return status === 0 && flags.exitCode && !report.functions[0]!.unchanged ? 1 : status;
  },
});
