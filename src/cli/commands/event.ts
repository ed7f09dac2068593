import { BrigError } from "../../errors.ts";
import { defineCommand } from "../command.ts";

export const eventCommand = defineCommand({
  name: "event",
  summary: "list or print sample events of AWS services",
  positional: { name: "NAME", summary: "the event to print; without one, all are listed", least: 0, most: 1 },
  flags: {
    set: {
      kind: "list",
      value: "PATH=VALUE",
      summary: "put a value into the event, as in Records[0].body=hello (repeatable)",
    },
  },
  examples: [
    "brig event",
    "brig event sqs --set 'Records[0].body=hello' > functions/hello/events/queue.json",
  ],
  run: async ({ positionals, flags, output }) => {
    const { listEvents, renderEvent } = await import("../../operations/event.ts");
    const name = positionals[0];
    if (name === undefined) {
      if (flags.set.length > 0) {
        throw new BrigError("usage-invalid", "--set needs the name of an event", "brig event");
      }
      const { renderEvents } = await import("../render/event.ts");
      const events = listEvents();
      output.result({ events }, renderEvents(events, output));
      return 0;
    }
    // The event is JSON already: the same bytes with --json.
    output.stdout.write(renderEvent(name, flags.set));
    return 0;
  },
});
