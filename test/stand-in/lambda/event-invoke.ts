import { notFound } from "../../../src/local/aws-fault.ts";
import { locate, locateToWrite, absent, withoutPlace } from "./place.ts";
import { type LambdaHandler, findFunction, paginate } from "./request.ts";

const putEventInvoke =
  (isUpdate: boolean): LambdaHandler =>
  (request) => {
    const { world, input, unknown } = request;
    const { owner, key, arn } = locateToWrite(request);
    const before = owner.eventInvoke.get(key)?.config;
    if (isUpdate && before === undefined) throw absent();
    const asked = { ...unknown, ...withoutPlace(input) };
    const entry = { config: isUpdate ? { ...before, ...asked } : asked, modified: world.now() };
    owner.eventInvoke.set(key, entry);
    return { body: describeEventInvoke(arn, entry) };
  };

function describeEventInvoke(
  arn: string,
  { config, modified }: { readonly config: object; readonly modified: Date },
): object {
  return {
    FunctionArn: arn.split(":").length > 7 ? arn : `${arn}:$LATEST`,
    DestinationConfig: { OnSuccess: {}, OnFailure: {} },
    ...config,
    LastModified: modified.getTime() / 1000,
  };
}

const getEventInvoke: LambdaHandler = (request) => {
  const { owner, key, arn } = locate(request);
  const entry = owner.eventInvoke.get(key);
  if (entry === undefined) throw notFound(`The function ${arn} doesn't have an EventInvokeConfig`);
  return { body: describeEventInvoke(arn, entry) };
};

const deleteEventInvoke: LambdaHandler = (request) => {
  const { owner, key, arn } = locateToWrite(request);
  if (!owner.eventInvoke.delete(key)) throw notFound(`The function ${arn} doesn't have an EventInvokeConfig`);
  return { status: 204 };
};

const listEventInvoke: LambdaHandler = (request) => {
  const owner = findFunction(request);
  const { page, ...marker } = paginate(request, [...owner.eventInvoke]);
  const configs = page.map(([key, entry]) =>
    describeEventInvoke(key === "" ? owner.arn : `${owner.arn}:${key}`, entry),
  );
  return { body: { FunctionEventInvokeConfigs: configs, ...marker } };
};

export const eventInvokeHandlers: Readonly<Record<string, LambdaHandler>> = {
  PutFunctionEventInvokeConfig: putEventInvoke(false),
  UpdateFunctionEventInvokeConfig: putEventInvoke(true),
  GetFunctionEventInvokeConfig: getEventInvoke,
  DeleteFunctionEventInvokeConfig: deleteEventInvoke,
  ListFunctionEventInvokeConfigs: listEventInvoke,
};
