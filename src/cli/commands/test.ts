import { BrigError } from "../../errors.ts";
import { defineCommand, functionNames } from "../command.ts";
import { buildFlags } from "./build-flags.ts";

export const testCommand = defineCommand({
  name: "test",
  summary: "run the tests of functions against exactly what goes into their zips, or their events on AWS",
  positional: functionNames,
  flags: {
    target: {
      kind: "text",
      value: "T",
      summary: "invoke the functions of this target on AWS with their events",
    },
    ...buildFlags,
  },
  examples: ["brig test hello", "brig test --all", "brig test hello --target staged"],
  acts: "on AWS with a target",
  run: async ({ positionals, flags, context, output }) => {
    const { target, all, jobs } = flags;
    if (target !== undefined) {
      for (const flag of ["frozen", "offline", "force"] as const) {
        if (!flags[flag]) continue;
        throw new BrigError(
          "usage-invalid",
          `--${flag} is for what is built, and with --target nothing is`,
          "brig test --help",
        );
      }
      const { testDeployed } = await import("../../operations/test-deployed.ts");
      const { presentTested } = await import("../render/test-deployed.ts");
      return presentTested(await testDeployed({ names: positionals, all, target, jobs }, context), output);
    }
    const { buildFunctions } = await import("../../operations/build.ts");
    const { presentBuild } = await import("../render/build.ts");
    const options = { ...flags, names: positionals, testOnly: true, noTest: false };
    const began = performance.now();
    const outcomes = await buildFunctions(options, context);
    return presentBuild(outcomes, performance.now() - began, output);
  },
});
