import { BrigError } from "../../errors.ts";
import { defineCommand } from "../command.ts";

export const invokeCommand = defineCommand({
  name: "invoke",
  summary: "run a function, on this machine as Lambda would or on AWS, and print its answer",
  positional: {
    name: "FUNCTION",
    summary: "name, api/name or path; without one, the function whose folder you are in",
    least: 0,
    most: 1,
  },
  flags: {
    target: { kind: "text", value: "T", summary: "on AWS, in this target; otherwise on this machine" },
    payload: { kind: "text", value: "JSON", summary: "the event: JSON, @FILE, or - for the standard input" },
    event: { kind: "text", value: "NAME", summary: "the event events/NAME.json of the function" },
    qualifier: { kind: "text", value: "Q", summary: "a version or alias; on AWS the target's own otherwise" },
    async: { kind: "boolean", summary: "as an asynchronous event: retried when it fails, no answer" },
    stream: { kind: "boolean", summary: "print a streamed answer as it comes" },
    clientContext: { kind: "text", value: "JSON", summary: "the function's context.client_context" },
    withCredentials: { kind: "boolean", summary: "the function acts as you at AWS, with your credentials" },
    repeat: { kind: "count", least: 1, value: "N", summary: "invoke N times, one after the other" },
  },
  examples: [
    "brig invoke hello",
    `brig invoke hello --payload '{"name": "world"}'`,
    "brig invoke status-page --event prod --json",
    "brig invoke hello --target prod --event one",
    "brig event sqs | brig invoke hello --payload -",
  ],
  acts: "on AWS with a target",
  run: async ({ positionals, flags, context, output }) => {
    refuseTogether(flags.payload !== undefined && flags.event !== undefined, "--payload and --event");
    refuseTogether(flags.async && flags.stream, "--async and --stream");
    const { target } = flags;
    const [invoke, { InvokePresenter }, { readInput }] = await Promise.all([
      target === undefined
        ? import("../../operations/invoke.ts").then(({ invokeFunction }) => invokeFunction)
        : import("../../operations/invoke-deployed.ts").then(({ invokeDeployed }) => invokeDeployed(target)),
      import("../render/invoke.ts"),
      import("../read-input.ts"),
    ]);
    const repeat = flags.repeat ?? 1;
    const presenter = new InvokePresenter(output, repeat > 1, target ?? "local");
    await invoke(
      { ...flags, names: positionals, asynchronous: flags.async, repeat, readInput },
      {
        onLog: (text) => presenter.log(text),
        onChunk: (chunk) => presenter.chunk(chunk),
        onReport: (name, report, fault) => presenter.report(name, report, fault),
      },
      context,
    );
    return presenter.end();
  },
});

function refuseTogether(both: boolean, flags: string): void {
  if (both) throw new BrigError("usage-invalid", `${flags} contradict each other`, "brig invoke --help");
}
