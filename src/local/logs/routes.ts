import { notSupported } from "../aws-fault.ts";
import type { Answer, RequestContext, Routes, TargetRoute } from "../route.ts";
import { describeLogGroups, describeLogStreams } from "./describe-operations.ts";
import { filterLogEvents, getLogEvents, putLogEvents } from "./event-operations.ts";
import {
  createLogGroup,
  createLogStream,
  deleteLogGroup,
  deleteLogStream,
  deleteRetentionPolicy,
  listTagsForResource,
  listTagsLogGroup,
  putRetentionPolicy,
  tagResource,
  untagResource,
} from "./group-operations.ts";
import { parseInput, type Input } from "./input.ts";
import type { LogStore } from "./log-store.ts";

type Operation = (store: LogStore, input: Input, context: RequestContext) => object | void;

const operations: Readonly<Record<string, Operation>> = {
  CreateLogGroup: createLogGroup,
  CreateLogStream: createLogStream,
  DeleteLogGroup: deleteLogGroup,
  DeleteLogStream: deleteLogStream,
  DeleteRetentionPolicy: deleteRetentionPolicy,
  DescribeLogGroups: describeLogGroups,
  DescribeLogStreams: describeLogStreams,
  FilterLogEvents: filterLogEvents,
  GetLogEvents: getLogEvents,
  ListTagsForResource: listTagsForResource,
  ListTagsLogGroup: listTagsLogGroup,
  PutLogEvents: putLogEvents,
  PutRetentionPolicy: putRetentionPolicy,
  StartLiveTail: () => {
    throw notSupported("StartLiveTail");
  },
  TagResource: tagResource,
  UntagResource: untagResource,
};

/** CloudWatch Logs as far as reading what functions wrote takes it (AWS JSON 1.1). */
export function createLogRoutes(store: LogStore): Routes {
  return { targets: Object.entries(operations).map(([name, run]) => createRoute(store, name, run)) };
}

function createRoute(store: LogStore, operation: string, run: Operation): TargetRoute {
  return {
    target: `Logs_20140328.${operation}`,
    operation,
    handler: async (context): Promise<Answer> => {
      const answer = run(store, parseInput(await context.readBody()), context);
      const headers = { "content-type": "application/x-amz-json-1.1" };
      return { status: 200, headers, body: answer === undefined ? "" : JSON.stringify(answer) };
    },
  };
}
