import { defineCommand, functionNames } from "../command.ts";
import { buildFlags } from "./build-flags.ts";

export const testCommand = defineCommand({
  name: "test",
  summary: "run the tests of functions against exactly what goes into their zips",
  positional: functionNames,
  flags: buildFlags,
  examples: ["brig test hello", "brig test --all"],
  run: async ({ positionals, flags, context, output }) => {
    const { buildFunctions } = await import("../../operations/build.ts");
    const { presentBuild } = await import("../render/build.ts");
    const options = { ...flags, names: positionals, testOnly: true, noTest: false };
    return presentBuild(await buildFunctions(options, context), output);
  },
});
