import { defineCommand } from "../command.ts";

export const doctorCommand = defineCommand({
  name: "doctor",
  summary: "check the machine and every function's folder",
  flags: {},
  examples: ["brig doctor", "brig doctor --json"],
  run: async ({ context, output }) => {
    const { examine } = await import("../../operations/doctor.ts");
    const { renderDoctor } = await import("../render/doctor.ts");
    const checks = await examine(context);
    output.result({ checks }, renderDoctor(checks, output));
    return checks.some(({ state }) => state === "fault") ? 1 : 0;
  },
});
