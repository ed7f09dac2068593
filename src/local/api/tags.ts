import type { ListTagsRequest, TagResourceRequest, UntagResourceRequest } from "@aws-sdk/client-lambda";
import { randomUUID } from "node:crypto";
import { invalidParameter, notSupported } from "../aws-fault.ts";
import type { FunctionRecord } from "../state/function-record.ts";
import type { Call, OperationHandler } from "./call.ts";
import { findFunction } from "./find-function.ts";

/** 50 tags a function: API reference, TagResource. */
const mostTags = 50;

export function checkTags(tags: Readonly<Record<string, string>>): void {
  if (Object.keys(tags).length > mostTags) {
    throw invalidParameter("Number of tags exceeds resource tag limit.");
  }
}

export const listTags: OperationHandler<ListTagsRequest> = (input, call) => ({
  Tags: findTagged(input.Resource, "ListTags", call).tags,
});

export const tagResource: OperationHandler<TagResourceRequest> = (input, call) => {
  if (Object.keys(input.Tags ?? {}).length === 0) {
    throw invalidParameter("An error occurred and the request cannot be processed.");
  }
  const record = findTagged(input.Resource, "TagResource", call);
  const tags = { ...record.tags, ...input.Tags };
  checkTags(tags);
  setTags(record, tags);
  return undefined;
};

export const untagResource: OperationHandler<UntagResourceRequest> = (input, call) => {
  const record = findTagged(input.Resource, "UntagResource", call);
  const gone = new Set(input.TagKeys);
  setTags(record, Object.fromEntries(Object.entries(record.tags).filter(([name]) => !gone.has(name))));
  return undefined;
};

/** Tags are part of the function's revision. */
function setTags(record: FunctionRecord, tags: Readonly<Record<string, string>>): void {
  record.tags = tags;
  record.latest = { ...record.latest, revisionId: randomUUID() };
}

function findTagged(arn: string | undefined, operation: string, call: Call): FunctionRecord {
  const parts = (arn ?? "").split(":");
  if (parts[5] !== "function") throw notSupported(`${operation} of ${parts[5] ?? "this resource"}`);
  if (parts.length > 7) {
    throw invalidParameter(
      "Tags on function aliases and versions are not supported. Please specify a function ARN.",
    );
  }
  return findFunction(arn, undefined, call).record;
}
