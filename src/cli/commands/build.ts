import { BrigError } from "../../errors.ts";
import { defineCommand, functionNames } from "../command.ts";
import { buildFlags } from "./build-flags.ts";

export const buildCommand = defineCommand({
  name: "build",
  summary: "build functions into zips, test them, and link what passed",
  positional: functionNames,
  flags: {
    ...buildFlags,
    testonly: { kind: "boolean", summary: "build and test, but do not move `current`" },
    noTest: { kind: "boolean", summary: "run no tests; `staged` moves, `current` does not" },
  },
  examples: ["brig build hello", "brig build orders/ --frozen", "brig build --all --json"],
  run: async ({ positionals, flags, context, output }) => {
    if (flags.testonly && flags.noTest) {
      throw new BrigError(
        "usage-invalid",
        "--testonly and --no-test contradict each other",
        "brig build --help",
      );
    }
    const { buildFunctions } = await import("../../operations/build.ts");
    const { presentBuild } = await import("../render/build.ts");
    const options = { ...flags, names: positionals, testOnly: flags.testonly };
    const began = performance.now();
    const outcomes = await buildFunctions(options, context);
    return presentBuild(outcomes, performance.now() - began, output);
  },
});
