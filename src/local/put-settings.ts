import type { Cors, DestinationConfig } from "@aws-sdk/client-lambda";
import type { Call } from "./api/call.ts";
import { reserveConcurrency } from "./api/concurrency.ts";
import { putUrl } from "./api/function-urls.ts";
import { checkTags } from "./api/tags.ts";
import type { EventInvokeRecord, FunctionRecord, UrlRecord } from "./state/function-record.ts";

/** What a brig.yaml says under `function` that is no member of CreateFunction: AWS has calls of their own for it. */
export interface DeclaredSettings {
  readonly ReservedConcurrentExecutions?: number;
  readonly FunctionUrlConfig?: {
    readonly AuthType?: string;
    readonly InvokeMode?: string;
    readonly Cors?: Cors;
  };
  readonly EventInvokeConfig?: {
    readonly MaximumRetryAttempts?: number;
    readonly MaximumEventAgeInSeconds?: number;
    readonly DestinationConfig?: DestinationConfig;
  };
  readonly Tags?: Readonly<Record<string, string>>;
}

/**
 * Makes the function's further settings those that are declared, whatever they were before.
 *
 * @returns whether any of them changed
 * @throws AwsFault InvalidParameterValueException
 */
export function putSettings(record: FunctionRecord, declared: DeclaredSettings, call: Call): boolean {
  const before = snapshot(record);
  checkTags(declared.Tags ?? {});
  record.tags = declared.Tags ?? {};
  reserveConcurrency(record, declared.ReservedConcurrentExecutions);
  putEventInvokeConfig(record, declared.EventInvokeConfig, call);
  if (record.urls.has("") || declared.FunctionUrlConfig !== undefined) {
    ensureUrl(record, declared.FunctionUrlConfig, call);
  }
  return snapshot(record) !== before;
}

/** The function's own URL, open to all unless declared otherwise; the same in every run of the service. */
export function ensureUrl(
  record: FunctionRecord,
  declared: DeclaredSettings["FunctionUrlConfig"] = {},
  call: Call,
): string {
  const known = record.urls.get("");
  const now = call.world.now().toISOString();
  const settings: Omit<UrlRecord, "urlId" | "qualifier"> = {
    authType: declared.AuthType === "AWS_IAM" ? "AWS_IAM" : "NONE",
    invokeMode: declared.InvokeMode === "RESPONSE_STREAM" ? "RESPONSE_STREAM" : undefined,
    cors: declared.Cors as UrlRecord["cors"],
    created: known?.created ?? now,
    modified: now,
  };
  return putUrl(record, undefined, call, settings).urlId;
}

/** Destinations are taken as they are: those of another account, or that are no functions, are missed when they are needed. */
function putEventInvokeConfig(
  record: FunctionRecord,
  declared: DeclaredSettings["EventInvokeConfig"],
  call: Call,
): void {
  if (declared === undefined) {
    record.eventInvoke.delete("$LATEST");
    return;
  }
  const { MaximumRetryAttempts, MaximumEventAgeInSeconds, DestinationConfig: destinations } = declared;
  const settings: EventInvokeRecord = {
    maximumRetryAttempts: MaximumRetryAttempts,
    maximumEventAge: MaximumEventAgeInSeconds,
    onSuccess: destinations?.OnSuccess?.Destination || undefined,
    onFailure: destinations?.OnFailure?.Destination || undefined,
    lastModified: call.world.now().getTime(),
  };
  record.eventInvoke.set("$LATEST", settings);
}

/** Without times: they change with each look. */
function snapshot(record: FunctionRecord): string {
  const { tags, reservedConcurrency, urls, eventInvoke } = record;
  const url = urls.get("");
  return JSON.stringify([
    tags,
    reservedConcurrency,
    url && { ...url, created: null, modified: null },
    { ...eventInvoke.get("$LATEST"), lastModified: null },
  ]);
}
