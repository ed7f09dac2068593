import { AwsFault } from "../../src/local/aws-fault.ts";
import { type Answer, json } from "../../src/local/route.ts";
import type { World } from "./world.ts";

/** CloudWatch Logs as far as reading a function's log goes. A pattern is one text that a message must contain. */
export function answerLogs(world: World, operation: string, body: Buffer, pageSize: number): Answer {
  const input = JSON.parse(body.toString("utf8") || "{}") as Readonly<Record<string, unknown>>;
  switch (operation) {
    case "FilterLogEvents": {
      const group = String(input["logGroupName"] ?? input["logGroupIdentifier"]);
      const events = world.logs.filter((event) => event.group === group);
      const name = group.replace("/aws/lambda/", "");
      if (events.length === 0 && ![...world.functions.values()].some((owner) => owner.name === name)) {
        throw new AwsFault(400, "ResourceNotFoundException", "The specified log group does not exist.");
      }
      const [from, to] = [Number(input["startTime"] ?? 0), Number(input["endTime"] ?? Infinity)];
      const text = ((input["filterPattern"] ?? "") as string).replaceAll('"', "");
      const found = events.filter(
        ({ timestamp, message }) => timestamp >= from && timestamp <= to && message.includes(text),
      );
      const start = Number(input["nextToken"] ?? 0);
      const end = start + Math.min(Number(input["limit"] ?? 10_000), pageSize);
      return json(200, {
        events: found.slice(start, end).map(({ stream, timestamp, message }, index) => ({
          logStreamName: stream,
          timestamp,
          message,
          ingestionTime: timestamp,
          eventId: String(start + index).padStart(56, "0"),
        })),
        searchedLogStreams: [],
        ...(end < found.length && { nextToken: String(end) }),
      });
    }
    default:
      throw new AwsFault(501, "NotImplementedException", `the stand-in does not play ${operation}`);
  }
}
