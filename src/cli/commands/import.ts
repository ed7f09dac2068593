import { BrigError } from "../../errors.ts";
import { defineCommand } from "../command.ts";

export const importCommand = defineCommand({
  name: "import",
  summary: "bring a function of AWS into the workspace: code, requirements, configuration",
  positional: {
    name: "AWS-FUNCTION",
    summary: "name or ARN on AWS, with :ALIAS or :VERSION if not $LATEST is meant",
    least: 1,
    most: 1,
  },
  flags: {
    target: { kind: "text", value: "TARGET", summary: "the target to write into its brig.yaml" },
    name: {
      kind: "text",
      value: "NAME",
      summary: "name or api/name of its folder (default: its name on AWS)",
    },
  },
  examples: [
    "brig import hello --target prod",
    "brig import orders-ingest:live --target prod --name orders/ingest",
  ],
  run: async ({ positionals, flags, context, output }) => {
    const [awsFunction = ""] = positionals;
    const { target, name } = flags;
    if (target === undefined) {
      throw new BrigError(
        "usage-invalid",
        "brig import needs a target: the name for the place where the function is",
        `brig import ${awsFunction} --target prod`,
      );
    }
    const { importFunction } = await import("../../operations/import.ts");
    const { renderImported } = await import("../render/import.ts");
    const imported = await importFunction({ awsFunction, name, target }, context);
    output.result(imported, renderImported(imported, output));
    for (const note of imported.notes) output.talk(`note: ${note}`);
    output.talk(`next: brig deploy ${imported.name} --target ${target} --dry-run`);
    return 0;
  },
});
