import type { RunnableVersion } from "./contract.ts";

/** What invoking needs to know of the functions that exist, without their control plane. */
export interface Directory {
  /**
   * The version that an invocation runs on. A weighted alias chooses by chance, so ask once per attempt:
   * queued events run on the code of the moment.
   *
   * @param reference the path label: a name, a partial or a full ARN, each with or without `:qualifier`
   * @param qualifier the query parameter `Qualifier`, `undefined` or `null` without one
   * @throws AwsFault ResourceNotFoundException, ValidationException, InvalidParameterValueException
   */
  resolveTarget(reference: string, qualifier: string | null | undefined, region: string): InvokeTarget;
  /** How asynchronous invocations of a target behave, with Lambda's defaults filled in. */
  eventInvokeConfig(target: InvokeTarget): EventInvokeSettings;
  /** The function URL of this id, or `undefined`. */
  findFunctionUrl(urlId: string): FunctionUrl | undefined;
}

export interface InvokeTarget {
  readonly version: RunnableVersion;
  /** Function ARN with the qualifier as invoked, without one when none was given. */
  readonly invokedArn: string;
  /** As invoked: `undefined`, `$LATEST`, a number or an alias. */
  readonly qualifier: string | undefined;
}

export interface EventInvokeSettings {
  /** 0 to 2, default 2. */
  readonly maximumRetryAttempts: number;
  /** Seconds, default 21,600. */
  readonly maximumEventAge: number;
  /** ARNs. */
  readonly onSuccess: string | undefined;
  readonly onFailure: string | undefined;
}

export interface FunctionUrl {
  readonly urlId: string;
  readonly functionArn: string;
  readonly functionName: string;
  /** An alias, or `undefined` for `$LATEST`. */
  readonly qualifier: string | undefined;
  readonly region: string;
  readonly authType: "NONE" | "AWS_IAM";
  readonly invokeMode: "BUFFERED" | "RESPONSE_STREAM";
  readonly cors: FunctionUrlCors | undefined;
}

/** The `Cors` of a function URL, in AWS's own member names. */
export interface FunctionUrlCors {
  readonly AllowCredentials?: boolean;
  readonly AllowHeaders?: readonly string[];
  readonly AllowMethods?: readonly string[];
  readonly AllowOrigins?: readonly string[];
  readonly ExposeHeaders?: readonly string[];
  /** Seconds. */
  readonly MaxAge?: number;
}
