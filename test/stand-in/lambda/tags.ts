import { invalidParameter } from "../../../src/local/aws-fault.ts";
import type { FunctionState } from "../world.ts";
import { type LambdaHandler, type LambdaRequest, findFunction, refuseWhileUnsettled } from "./request.ts";

function tagged(request: LambdaRequest): FunctionState {
  const arn = String(request.input["Resource"]);
  if (arn.split(":").length !== 7)
    throw invalidParameter(`${arn} is not a function's ARN without a qualifier`);
  return findFunction({ ...request, input: { FunctionName: arn } });
}

function refuseReserved(names: readonly string[]): void {
  if (names.some((name) => name.startsWith("aws:"))) {
    throw invalidParameter("Tag keys starting with 'aws:' are reserved for system use.");
  }
}

const tagResource: LambdaHandler = (request) => {
  const owner = tagged(request);
  refuseWhileUnsettled(owner);
  const tags = request.input["Tags"] as Readonly<Record<string, string>>;
  refuseReserved(Object.keys(tags));
  for (const [name, value] of Object.entries(tags)) owner.tags.set(name, value);
  return { status: 204 };
};

const untagResource: LambdaHandler = (request) => {
  const owner = tagged(request);
  refuseWhileUnsettled(owner);
  const names = request.input["TagKeys"] as readonly string[];
  refuseReserved(names);
  for (const name of names) owner.tags.delete(name);
  return { status: 204 };
};

const listTags: LambdaHandler = (request) => ({ body: { Tags: Object.fromEntries(tagged(request).tags) } });

export const tagHandlers: Readonly<Record<string, LambdaHandler>> = {
  TagResource: tagResource,
  UntagResource: untagResource,
  ListTags: listTags,
};
