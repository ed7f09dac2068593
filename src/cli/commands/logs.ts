import { BrigError } from "../../errors.ts";
import { defineCommand } from "../command.ts";

export const logsCommand = defineCommand({
  name: "logs",
  summary: "show what a function wrote, in the running brig serve or on AWS",
  positional: {
    name: "FUNCTION",
    summary: "name, api/name or path; without one, the function whose folder you are in",
    least: 0,
    most: 1,
  },
  flags: {
    target: {
      kind: "text",
      value: "T",
      summary: "on AWS, in this target; otherwise in the running brig serve",
    },
    follow: { kind: "boolean", summary: "go on with what is written, until Ctrl-C" },
    since: { kind: "text", value: "SPAN", summary: "only the last 90s, 10m, 2h or 1d" },
    filter: {
      kind: "text",
      value: "PATTERN",
      summary: "only lines that a CloudWatch Logs filter pattern fits",
    },
    request: { kind: "text", value: "ID", summary: "only what was written for this request" },
  },
  examples: [
    "brig logs hello",
    "brig logs hello --follow --filter ERROR",
    "brig logs hello --target prod --since 10m --json",
  ],
  run: async ({ positionals, flags, context, output }) => {
    if (flags.follow && output.json) {
      throw new BrigError(
        "usage-invalid",
        "--follow has no end, and --json is one document",
        "brig logs --help",
      );
    }
    const { readLogs } = await import("../../operations/logs.ts");
    const events: object[] = [];
    await readLogs(
      { ...flags, names: positionals },
      (portion) => {
        for (const { timestamp, message, logStreamName } of portion) {
          const time = new Date(timestamp).toISOString();
          if (output.json) events.push({ time, message, stream: logStreamName });
          else output.result(undefined, message.endsWith("\n") ? message : `${message}\n`);
        }
      },
      context,
    );
    if (output.json) output.result({ events }, "");
    return 0;
  },
});
