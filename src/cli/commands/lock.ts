import { BrigError } from "../../errors.ts";
import { defineCommand, functionNames } from "../command.ts";

export const lockCommand = defineCommand({
  name: "lock",
  summary: "write pylock.toml: the exact packages that requirements.txt comes to",
  positional: functionNames,
  flags: {
    all: { kind: "boolean", summary: "every function of the workspace" },
    upgrade: { kind: "boolean", summary: "take the newest versions that the requirements allow" },
    upgradePackage: {
      kind: "list",
      value: "NAME",
      summary: "take the newest version of this package only (repeatable)",
    },
    check: { kind: "boolean", summary: "write nothing; fail when a lock is missing or outdated" },
    offline: { kind: "boolean", summary: "nothing from the network" },
  },
  examples: ["brig lock hello", "brig lock --all --upgrade", "brig lock hello --upgrade-package requests"],
  run: async ({ positionals, flags, context, output }) => {
    if (flags.check && (flags.upgrade || flags.upgradePackage.length > 0)) {
      throw new BrigError(
        "usage-invalid",
        "--check writes nothing, so it takes no --upgrade",
        "brig lock --help",
      );
    }
    const { lockFunctions } = await import("../../operations/lock.ts");
    const { presentLock } = await import("../render/lock.ts");
    return presentLock(await lockFunctions({ ...flags, names: positionals }, context), output);
  },
});
