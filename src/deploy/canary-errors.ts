import type { CloudWatchClient, MetricDataQuery } from "@aws-sdk/client-cloudwatch";

/** How calls of one version through an alias went. */
export interface VersionCalls {
  readonly version: string;
  readonly invocations: number;
  readonly errors: number;
}

/**
 * Why the new version is worse than the old one: a greater share of its calls failed. `undefined`: it is not.
 */
export function judgeErrors(next: VersionCalls, before: VersionCalls): string | undefined {
  // The two metrics are not counted in the same instant.
  const rate = ({ errors, invocations }: VersionCalls): number =>
    errors === 0 ? 0 : errors / Math.max(errors, invocations);
  if (rate(next) <= rate(before)) return undefined;
  return `version ${next.version} failed ${renderCalls(next)}, version ${before.version} ${renderCalls(before)}`;
}

function renderCalls({ errors, invocations }: VersionCalls): string {
  return `${errors} of ${Math.max(errors, invocations)} calls`;
}

/** Seconds: what CloudWatch sums Lambda's metrics over (the page "Types of metrics for Lambda functions"). */
const period = 60;

/** Asks CloudWatch for Errors and Invocations of versions through an alias: metrics that have ExecutedVersion. */
export async function readVersionCalls(
  client: CloudWatchClient,
  place: { readonly functionName: string; readonly alias: string },
  versions: readonly string[],
  since: Date,
  until: Date,
): Promise<readonly VersionCalls[]> {
  const { GetMetricDataCommand } = await import("@aws-sdk/client-cloudwatch");
  const minute = period * 1000;
  const answer = await client.send(
    new GetMetricDataCommand({
      StartTime: new Date(Math.floor(since.getTime() / minute) * minute),
      EndTime: new Date(Math.ceil(until.getTime() / minute) * minute),
      MetricDataQueries: versions.flatMap((version, index) => [
        queryOf(`errors${index}`, "Errors", place, version),
        queryOf(`invocations${index}`, "Invocations", place, version),
      ]),
    }),
  );
  const sumOf = (id: string): number =>
    (answer.MetricDataResults ?? [])
      .filter(({ Id }) => Id === id)
      .flatMap(({ Values = [] }) => Values)
      .reduce((sum, value) => sum + value, 0);
  return versions.map((version, index) => ({
    version,
    errors: sumOf(`errors${index}`),
    invocations: sumOf(`invocations${index}`),
  }));
}

function queryOf(
  id: string,
  metric: string,
  { functionName, alias }: { readonly functionName: string; readonly alias: string },
  version: string,
): MetricDataQuery {
  return {
    Id: id,
    MetricStat: {
      Metric: {
        Namespace: "AWS/Lambda",
        MetricName: metric,
        Dimensions: [
          { Name: "FunctionName", Value: functionName },
          { Name: "Resource", Value: `${functionName}:${alias}` },
          { Name: "ExecutedVersion", Value: version },
        ],
      },
      Period: period,
      Stat: "Sum",
    },
  };
}
