import type {
  CreateFunctionUrlConfigRequest,
  DeleteFunctionUrlConfigRequest,
  GetFunctionUrlConfigRequest,
  ListFunctionUrlConfigsRequest,
  UpdateFunctionUrlConfigRequest,
} from "@aws-sdk/client-lambda";
import { createHash } from "node:crypto";
import { type AwsFault, conflict, notFound } from "../aws-fault.ts";
import type { FunctionRecord, UrlRecord } from "../state/function-record.ts";
import { qualifiedArn } from "../state/function-reference.ts";
import type { Call, OperationHandler } from "./call.ts";
import { findFunction, lookUpVersion } from "./find-function.ts";
import { paginate, renderPage } from "./paginate.ts";

export const createFunctionUrlConfig: OperationHandler<CreateFunctionUrlConfigRequest> = (input, call) => {
  const { record, qualifier } = findFunction(input.FunctionName, input.Qualifier, call, functionAbsent);
  if (lookUpVersion(record, qualifier) === undefined) throw functionAbsent();
  if (record.urls.has(qualifier ?? "")) {
    throw conflict(
      `Failed to create function url config for [functionArn = ${qualifiedArn(record.arn, qualifier)}]. ` +
        "Error message:  FunctionUrlConfig exists for this Lambda function",
    );
  }
  const now = call.world.now().toISOString();
  const url = putUrl(record, qualifier, call, {
    authType: input.AuthType === "AWS_IAM" ? "AWS_IAM" : "NONE",
    invokeMode: input.InvokeMode,
    cors: input.Cors as UrlRecord["cors"],
    created: now,
    modified: now,
  });
  return describe(record, url, call, { withMode: url.invokeMode !== undefined, withModified: false });
};

export function putUrl(
  record: FunctionRecord,
  qualifier: string | undefined,
  call: Pick<Call, "world" | "account">,
  settings: Omit<UrlRecord, "urlId" | "qualifier">,
): UrlRecord {
  const url: UrlRecord = { ...settings, qualifier, urlId: urlIdOf(record, qualifier, call.account) };
  record.urls.set(qualifier ?? "", url);
  call.world.state.urls.set(url.urlId, { record, qualifier: qualifier ?? "" });
  return url;
}

/** The same function has the same URL in every run of the service. 32 characters of [a-z0-9], as AWS's. */
function urlIdOf(record: FunctionRecord, qualifier: string | undefined, account: string): string {
  const parts = [account, record.region, record.name, qualifier ?? ""];
  const digest = createHash("sha256").update(parts.join("\n")).digest("hex");
  return BigInt(`0x${digest}`).toString(36).padStart(50, "0").slice(-32);
}

export const getFunctionUrlConfig: OperationHandler<GetFunctionUrlConfigRequest> = (input, call) => {
  const { record, url } = findUrl(input.FunctionName, input.Qualifier, call);
  return describe(record, url, call, { withMode: true, withModified: true });
};

export const updateFunctionUrlConfig: OperationHandler<UpdateFunctionUrlConfigRequest> = (input, call) => {
  const { record: owner, qualifier } = findFunction(
    input.FunctionName,
    input.Qualifier,
    call,
    functionAbsent,
  );
  if (lookUpVersion(owner, qualifier) === undefined) throw functionAbsent();
  const { record, url } = findUrl(input.FunctionName, input.Qualifier, call);
  const changed: UrlRecord = {
    ...url,
    authType: input.AuthType ?? url.authType,
    invokeMode: input.InvokeMode ?? url.invokeMode,
    cors: input.Cors === undefined ? url.cors : (input.Cors as UrlRecord["cors"]),
    modified: call.world.now().toISOString(),
  };
  record.urls.set(url.qualifier ?? "", changed);
  return describe(record, changed, call, {
    withMode: changed.invokeMode !== undefined,
    withModified: true,
  });
};

export const deleteFunctionUrlConfig: OperationHandler<DeleteFunctionUrlConfigRequest> = (input, call) => {
  const { record, url } = findUrl(input.FunctionName, input.Qualifier, call);
  record.urls.delete(url.qualifier ?? "");
  call.world.state.urls.delete(url.urlId);
  return undefined;
};

export const listFunctionUrlConfigs: OperationHandler<ListFunctionUrlConfigsRequest> = (input, call) => {
  const { record } = findFunction(input.FunctionName, undefined, call, functionAbsent);
  const items = [...record.urls.values()].map((url) =>
    describe(record, url, call, { withMode: true, withModified: true }),
  );
  return renderPage("FunctionUrlConfigs", paginate(items, input.Marker, input.MaxItems));
};

function functionAbsent(): AwsFault {
  return notFound("Function does not exist");
}

function findUrl(
  reference: string | undefined,
  asked: string | undefined,
  call: Call,
): { readonly record: FunctionRecord; readonly url: UrlRecord } {
  const absent = (): AwsFault => notFound("The resource you requested does not exist.");
  const { record, qualifier } = findFunction(reference, asked, call, absent);
  const url = record.urls.get(qualifier ?? "");
  if (url === undefined) throw absent();
  return { record, url };
}

/** `http://<id>.lambda-url.<region>.localhost:<port>/` */
export function renderUrl(url: Pick<UrlRecord, "urlId">, region: string, endpoint: string): string {
  const { port } = new URL(endpoint);
  return `http://${url.urlId}.lambda-url.${region}.localhost${port === "" ? "" : `:${port}`}/`;
}

function describe(
  record: FunctionRecord,
  url: UrlRecord,
  call: Call,
  { withMode, withModified }: { readonly withMode: boolean; readonly withModified: boolean },
): object {
  return {
    FunctionUrl: renderUrl(url, record.region, call.endpoint),
    FunctionArn: qualifiedArn(record.arn, url.qualifier),
    AuthType: url.authType,
    ...(url.cors !== undefined && { Cors: url.cors }),
    CreationTime: url.created,
    ...(withModified && { LastModifiedTime: url.modified }),
    ...(withMode && { InvokeMode: url.invokeMode ?? "BUFFERED" }),
  };
}
