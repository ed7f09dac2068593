import { createHash } from "node:crypto";
import { conflict } from "../../../src/local/aws-fault.ts";
import type { UrlState } from "../world.ts";
import { locate, locateToWrite, absent, withoutPlace } from "./place.ts";
import { type LambdaHandler, type LambdaRequest, findFunction, paginate } from "./request.ts";

function describeUrl(request: LambdaRequest, arn: string, url: UrlState): object {
  return {
    FunctionUrl: `https://${url.id}.lambda-url.${request.region}.on.aws/`,
    FunctionArn: arn,
    InvokeMode: "BUFFERED",
    ...url.config,
    CreationTime: url.created.toISOString(),
    LastModifiedTime: url.modified.toISOString(),
  };
}

const createFunctionUrlConfig: LambdaHandler = (request) => {
  const { world, input, unknown } = request;
  const { owner, key, arn } = locateToWrite(request);
  if (owner.urls.has(key)) {
    throw conflict(
      `Failed to create function url config for [functionArn = ${arn}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
    );
  }
  const id = createHash("sha256").update(arn).digest("hex").slice(0, 32);
  const created = world.now();
  const url: UrlState = {
    id,
    config: { ...unknown, ...withoutPlace(input) },
    created,
    modified: created,
  };
  owner.urls.set(key, url);
  return { status: 201, body: describeUrl(request, arn, url) };
};

const getFunctionUrlConfig: LambdaHandler = (request) => {
  const { owner, key, arn } = locate(request);
  const url = owner.urls.get(key);
  if (url === undefined) throw absent();
  return { body: describeUrl(request, arn, url) };
};

const updateFunctionUrlConfig: LambdaHandler = (request) => {
  const { world, input, unknown } = request;
  const { owner, key, arn } = locateToWrite(request);
  const url = owner.urls.get(key);
  if (url === undefined) throw absent();
  url.config = { ...url.config, ...unknown, ...withoutPlace(input) };
  url.modified = world.now();
  return { body: describeUrl(request, arn, url) };
};

const deleteFunctionUrlConfig: LambdaHandler = (request) => {
  const { owner, key } = locateToWrite(request);
  if (!owner.urls.delete(key)) throw absent();
  return { status: 204 };
};

const listFunctionUrlConfigs: LambdaHandler = (request) => {
  const owner = findFunction(request);
  const { page, ...marker } = paginate(request, [...owner.urls]);
  const configs = page.map(([key, url]) =>
    describeUrl(request, key === "" ? owner.arn : `${owner.arn}:${key}`, url),
  );
  return { body: { FunctionUrlConfigs: configs, ...marker } };
};

export const urlHandlers: Readonly<Record<string, LambdaHandler>> = {
  CreateFunctionUrlConfig: createFunctionUrlConfig,
  GetFunctionUrlConfig: getFunctionUrlConfig,
  UpdateFunctionUrlConfig: updateFunctionUrlConfig,
  DeleteFunctionUrlConfig: deleteFunctionUrlConfig,
  ListFunctionUrlConfigs: listFunctionUrlConfigs,
};
