import { defineCommand } from "../command.ts";

export const verifyCommand = defineCommand({
  name: "verify",
  summary: "prove that what runs on AWS is what a commit says",
  positional: {
    name: "FUNCTION",
    summary: "name, api/name or path; without one, the function whose folder you are in",
    least: 0,
    most: 1,
  },
  flags: { target: { kind: "text", value: "TARGET", summary: "the target to look at" } },
  examples: ["brig verify hello --target prod", "brig verify hello --target prod --json"],
  run: async ({ positionals, flags, context, output }) => {
    const { verifyFunction } = await import("../../operations/verify.ts");
    const { renderVerification } = await import("../render/verify.ts");
    const verification = await verifyFunction(positionals, flags.target, context);
    const { equal, commit, version, differences, note } = verification;
    output.result({ equal, commit, version, differences, note }, renderVerification(verification));
    return equal ? 0 : 1;
  },
});
