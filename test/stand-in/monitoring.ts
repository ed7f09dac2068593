import { cbor } from "@smithy/core/cbor";
import { AwsFault } from "../../src/local/aws-fault.ts";
import type { Answer } from "../../src/local/route.ts";
import type { InvocationRecord, World } from "./world.ts";

interface Asked {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly answer: (document: object) => Answer;
}

interface Metric {
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
}

/** CloudWatch's numbers of Lambda: Errors and Invocations, by function, alias (Resource) and ExecutedVersion. */
export function answerMonitoring(world: World, { operation, input, answer }: Asked): Answer {
  switch (operation) {
    case "GetMetricStatistics": {
      const points = count(world, input as Metric, input).map(({ start, sum }) => ({
        Timestamp: start,
        Sum: sum,
        Unit: "Count",
      }));
      return answer({ Label: input["MetricName"], Datapoints: points });
    }
    case "GetMetricData": {
      const queries = input["MetricDataQueries"] as readonly {
        Id: string;
        MetricStat: { Metric: Metric; Period: number };
      }[];
      const results = queries.map(({ Id, MetricStat: { Metric: metric, Period } }) => {
        const points = count(world, metric, { ...input, Period });
        return {
          Id,
          Label: metric.MetricName,
          StatusCode: "Complete",
          Timestamps: points.map(({ start }) => start),
          Values: points.map(({ sum }) => sum),
        };
      });
      return answer({ MetricDataResults: results, Messages: [] });
    }
    default:
      throw new AwsFault(501, "NotImplementedException", `the stand-in does not play ${operation}`);
  }
}

/** The request of whichever protocol CloudWatch's clients speak: JSON 1.0 or CBOR. */
export function readMonitoring(
  rawPath: string,
  target: string | undefined,
  body: Buffer,
): Asked & { readonly protocol: "json" | "cbor" } {
  const [, operation] = /\/operation\/(\w+)$/.exec(rawPath) ?? [];
  if (operation !== undefined) {
    return {
      operation,
      protocol: "cbor",
      input: cbor.deserialize(body) as Readonly<Record<string, unknown>>,
      answer: (document) => ({
        status: 200,
        headers: { "content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor" },
        body: Buffer.from(cbor.serialize(document)),
      }),
    };
  }
  return {
    operation: target?.split(".")[1] ?? "unknown",
    protocol: "json",
    input: JSON.parse(body.toString("utf8") || "{}") as Readonly<Record<string, unknown>>,
    answer: (document) => ({
      status: 200,
      headers: { "content-type": "application/x-amz-json-1.0" },
      body: JSON.stringify(document, (_, value: unknown) => value),
    }),
  };
}

function count(
  world: World,
  { Namespace, MetricName, Dimensions = [] }: Metric,
  { StartTime, EndTime, Period }: Readonly<Record<string, unknown>>,
): { readonly start: number; readonly sum: number }[] {
  if (Namespace !== "AWS/Lambda") return [];
  const [from, to] = [seconds(StartTime), seconds(EndTime)];
  const period = Number(Period);
  const sums = new Map<number, number>();
  for (const record of world.invocations) {
    const at = record.at.getTime() / 1000;
    if (at < from || at >= to || !Dimensions.every((dimension) => fits(record, dimension))) continue;
    const start = Math.floor(at / period) * period;
    const add = MetricName === "Errors" ? Number(record.failed) : 1;
    sums.set(start, (sums.get(start) ?? 0) + add);
  }
  return [...sums].map(([start, sum]) => ({ start, sum }));
}

function fits(
  { functionName, alias, version }: InvocationRecord,
  { Name, Value }: { readonly Name: string; readonly Value: string },
): boolean {
  switch (Name) {
    case "FunctionName":
      return Value === functionName;
    case "Resource":
      return Value === (alias === undefined ? functionName : `${functionName}:${alias}`);
    case "ExecutedVersion":
      // CloudWatch has this dimension only for invocations through an alias.
      return alias !== undefined && Value === version;
    default:
      return false;
  }
}

/** Seconds since 1970 of any of the forms in which the protocols send a time. */
function seconds(time: unknown): number {
  if (time instanceof Date) return time.getTime() / 1000;
  return typeof time === "number" ? time : Date.parse(String(time)) / 1000;
}
