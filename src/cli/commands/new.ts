import { defineCommand } from "../command.ts";

export const newCommand = defineCommand({
  name: "new",
  summary: "make a new function: source, test, event, settings and a README with its review policy",
  positional: { name: "NAME", summary: "the function's name, or api/name", least: 1, most: 1 },
  flags: {
    api: { kind: "text", value: "API", summary: "put it into this API" },
    runtime: {
      kind: "text",
      value: "R",
      summary: "Lambda runtime (default: the newest Python that is here)",
    },
  },
  examples: ["brig new hello", "brig new ingest --api orders --runtime python3.13"],
  run: async ({ positionals, flags, context, output }) => {
    const { createFunction } = await import("../../operations/new.ts");
    const created = await createFunction({ name: positionals[0]!, ...flags }, context);
    const lines = [
      `${output.paint("bold", created.name)}  ${created.path}`,
      ...created.files.map((file) => `  ${file}`),
    ];
    output.result(created, lines.join("\n"));
    output.talk(`next: brig build ${created.name}`);
    return 0;
  },
});
