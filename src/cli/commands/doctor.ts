import { BrigError } from "../../errors.ts";
import { defineCommand } from "../command.ts";

export const doctorCommand = defineCommand({
  name: "doctor",
  summary: "check the machine and every function's folder; tell which permissions a target needs",
  flags: {
    policy: { kind: "boolean", summary: "print the IAM policy that deploying to --target needs" },
    target: { kind: "text", value: "TARGET", summary: "the target that --policy is for" },
  },
  examples: ["brig doctor", "brig doctor --json", "brig doctor --target prod --policy"],
  run: async ({ flags, context, output }) => {
    if (flags.policy !== (flags.target !== undefined)) {
      const message = "--policy and --target only mean something together";
      throw new BrigError(
        "usage-invalid",
        message,
        `brig doctor --target ${flags.target ?? "prod"} --policy`,
      );
    }
    if (flags.target !== undefined) {
      const { describePolicy } = await import("../../operations/describe-policy.ts");
      const policy = await describePolicy(flags.target, context);
      output.result(policy, JSON.stringify(policy, null, 2));
      return 0;
    }
    const { examine } = await import("../../operations/doctor.ts");
    const { renderDoctor } = await import("../render/doctor.ts");
    const checks = await examine(context);
    output.result({ checks }, renderDoctor(checks, output));
    return checks.some(({ state }) => state === "fault") ? 1 : 0;
  },
});
