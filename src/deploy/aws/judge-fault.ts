import { BrigError } from "../../errors.ts";
import { AwsError } from "./aws-error.ts";
import { hideValues } from "./hide-values.ts";
import type { Trouble } from "./plan-retry.ts";

/** An error as the SDK throws it: an answer of AWS, of its credential providers, or of the network. */
export interface SdkFault extends Error {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  readonly retryAfterSeconds?: string | number;
}

/** Which call failed, and where its credentials come from. */
export interface FailedCall {
  /** As IAM names it: `lambda`. */
  readonly service: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const throttles = new Set([
  "TooManyRequestsException",
  "ThrottlingException",
  "ThrottledException",
  "Throttling",
  "RequestLimitExceeded",
  "SlowDown",
]);
const neverConnected = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

export function judgeTrouble(fault: SdkFault): Trouble {
  const status = fault.$metadata?.httpStatusCode;
  if (throttles.has(fault.name) || status === 429) {
    return { kind: "throttled", retryAfter: readRetryAfter(fault) };
  }
  if (isOwn(fault)) return { kind: "refused" };
  if (neverConnected.has(fault.code ?? "")) return { kind: "unreachable" };
  if (isOfCredentials(fault)) return { kind: "refused" };
  if (status === undefined || status < 300 || status >= 500) return { kind: "uncertain" };
  return { kind: "refused" };
}

/** A fault in a program, not of AWS or the network. */
function isOwn(fault: SdkFault): boolean {
  const kinds = ["TypeError", "RangeError", "ReferenceError"];
  return kinds.includes(fault.name) && fault.code === undefined && fault.$metadata === undefined;
}

/** Milliseconds, of the header Retry-After in seconds. */
function readRetryAfter(fault: SdkFault): number | undefined {
  const seconds = Number(fault.retryAfterSeconds ?? fault.$response?.headers?.["retry-after"]);
  return Number.isFinite(seconds) ? seconds * 1000 : undefined;
}

const expired = new Set(["ExpiredTokenException", "ExpiredToken", "RequestExpired", "UnauthorizedException"]);
const unknownKeys = new Set([
  "UnrecognizedClientException",
  "InvalidClientTokenId",
  "InvalidAccessKeyId",
  "MissingAuthenticationToken",
  "MissingAuthenticationTokenException",
  "InvalidSignatureException",
  "SignatureDoesNotMatch",
]);

function isOfCredentials({ name }: SdkFault): boolean {
  return name === "CredentialsProviderError" || name === "TokenProviderError" || expired.has(name);
}

/** The error that brig throws for a call that is given up. */
export function judgeFault(fault: SdkFault, call: FailedCall): Error {
  if (isOwn(fault)) return fault;
  const { operation, service } = call;
  const reason = hideValues(fault.message, call.input);
  const status = fault.$metadata?.httpStatusCode ?? 0;
  // The SDK's own words: several sentences on what it could not refresh, and the command without the profile.
  if (isOfCredentials(fault) && /sso (session|token)/i.test(reason)) {
    return new BrigError("credentials-expired", "your SSO session with AWS has expired", renewal(call));
  }
  if (expired.has(fault.name) || (isOfCredentials(fault) && /expired/i.test(reason))) {
    const message = `your AWS credentials have expired: ${reason}`;
    return new BrigError("credentials-expired", message, renewal(call));
  }
  if (isOfCredentials(fault) || unknownKeys.has(fault.name)) {
    const profile = call.env["AWS_PROFILE"];
    const found = isOfCredentials(fault)
      ? `there are no AWS credentials${profile ? ` of the profile ${profile}` : ""}`
      : "AWS does not take these credentials";
    const hint = isOfClock(reason)
      ? "set the clock of this machine: sudo timedatectl set-ntp true"
      : "aws configure sso   # then: export AWS_PROFILE=…";
    return new BrigError("credentials-missing", `${found}: ${reason}`, hint);
  }
  if (status === 403 || fault.name.startsWith("AccessDenied")) {
    // AWS names the action itself, which can be another one: iam:PassRole of CreateFunction.
    const action = /perform: ([\w-]+:\w+)/.exec(reason)?.[1] ?? `${service}:${actionOf(operation)}`;
    const hint = `allow ${action} in the IAM policy of whom AWS names here, or use other credentials`;
    return new BrigError("access-denied", `AWS does not allow ${action}: ${reason}`, hint);
  }
  const trouble = judgeTrouble(fault);
  if (trouble.kind === "throttled") {
    return new BrigError("throttled", `${operation}: ${fault.name}: ${reason}`, "try again in a minute");
  }
  if (trouble.kind === "refused" || status >= 500) return new AwsError(operation, fault.name, status, reason);
  const name = trouble.kind === "unreachable" ? "Unreachable" : "ConnectionLost";
  const detail = reason === "" ? (fault.code ?? fault.name) : reason;
  return new AwsError(operation, name, 0, detail);
}

/** A signature holds for five minutes around AWS's time. */
function isOfClock(reason: string): boolean {
  return /signature (expired|not yet current)/i.test(reason);
}

/** IAM's name of the action that an operation needs. */
function actionOf(operation: string): string {
  return operation.startsWith("Invoke") ? "InvokeFunction" : operation;
}

function renewal({ env }: FailedCall): string {
  const profile = env["AWS_PROFILE"];
  if (profile) return `aws sso login --profile ${profile}`;
  if (!env["AWS_ACCESS_KEY_ID"]) return "aws sso login";
  return "export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… AWS_SESSION_TOKEN=…   # or: export AWS_PROFILE=…";
}
