import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { Context } from "../context.ts";
import { judgeFault, type SdkFault } from "../deploy/aws/judge-fault.ts";
import type { AwsSession } from "../deploy/aws/session.ts";
import { shareSessions } from "../deploy/aws/sessions.ts";
import type { Members } from "../deploy/members.ts";
import { type DeployedFunction, explainMissing, findDeployedFunction } from "./deployed-function.ts";
import type { LogPage, LogQuestion, LogSource } from "./log-source.ts";

/**
 * What a function wrote on AWS, in CloudWatch Logs.
 *
 * @throws BrigError `target-not-found`, `not-deployed`, `access-denied`, …
 */
export async function openDeployedLog(
  names: readonly string[],
  target: string,
  context: Context,
): Promise<LogSource> {
  const place = await findDeployedFunction(names, target, "logs", context);
  const sessions = shareSessions(context);
  try {
    const session = await sessions.of(place.target);
    const group = await findGroup(session, place);
    const client = await session.logs();
    return {
      ask: (question) => ask(client, group, question, context),
      // FilterLogEvents is allowed 5 to 10 times a second for a whole account and region.
      askEvery: 1000,
      // CloudWatch takes some seconds until it finds what was written, and not in its order.
      lag: 15_000,
      dispose: sessions.dispose,
    };
  } catch (fault) {
    sessions.dispose();
    throw fault;
  }
}

/** Where the version behind the alias writes to: what AWS says, not what brig.yaml says today. */
async function findGroup({ lambda }: AwsSession, place: DeployedFunction): Promise<string> {
  const { functionName, alias } = place;
  try {
    const { Configuration } = await lambda.call<{ readonly Configuration: Members }>("GetFunction", {
      FunctionName: functionName,
      Qualifier: alias,
    });
    const logging = Configuration["LoggingConfig"] as { readonly LogGroup?: string } | undefined;
    return logging?.LogGroup ?? `/aws/lambda/${functionName}`;
  } catch (fault) {
    throw explainMissing(place, fault);
  }
}

async function ask(
  client: CloudWatchLogsClient,
  logGroupName: string,
  { logStreamNames, ...question }: LogQuestion,
  context: Context,
): Promise<LogPage | undefined> {
  const { FilterLogEventsCommand, ResourceNotFoundException } =
    await import("@aws-sdk/client-cloudwatch-logs");
  const input = {
    logGroupName,
    ...question,
    ...(logStreamNames !== undefined && { logStreamNames: [...logStreamNames] }),
  };
  try {
    const answer = await client.send(new FilterLogEventsCommand(input), { abortSignal: context.signal });
    const events = (answer.events ?? []).map(({ eventId, timestamp, message, logStreamName }) => ({
      eventId: eventId ?? "",
      timestamp: timestamp ?? 0,
      message: message ?? "",
      logStreamName: logStreamName ?? "",
    }));
    return { events, nextToken: answer.nextToken };
  } catch (cause) {
    if (context.signal.aborted) return undefined;
    // The group is made when the function first writes.
    if (cause instanceof ResourceNotFoundException) return undefined;
    throw judgeFault(cause as SdkFault, {
      service: "logs",
      operation: "FilterLogEvents",
      input,
      env: context.env,
    });
  }
}
