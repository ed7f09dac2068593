/** The types the parts of the local Lambda share: what runs, what an invocation is, what it gives. */

/** One published or `$LATEST` version, ready to run. */
export interface RunnableVersion {
  /** Changes with code, configuration and layers: environments are pooled by it. */
  readonly key: string;
  readonly functionName: string;
  /** `$LATEST` or a number. */
  readonly version: string;
  /** Unqualified function ARN. */
  readonly arn: string;
  readonly region: string;
  readonly account: string;
  /** AWS runtime identifier, as `python3.12`. */
  readonly runtime: string;
  readonly handler: string;
  readonly architecture: "x86_64" | "arm64";
  /** MB. */
  readonly memorySize: number;
  /** Seconds. */
  readonly timeout: number;
  /** MB. */
  readonly ephemeralStorage: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute path of the unpacked code: the function's `/var/task`. */
  readonly codeFolder: string;
  /** Absolute path of the merged layers: the function's `/opt`. */
  readonly layerFolder: string | undefined;
  readonly logging: LoggingConfiguration;
  /** Most invocations of the function at once; undefined when nothing is reserved. */
  readonly reservedConcurrency: number | undefined;
  /** Absolute path of what runs in the place of `codeFolder`, which is for another system: the same with this one's wheels. */
  readonly handlerTwinFolder?: string;
}

export interface LoggingConfiguration {
  readonly format: "Text" | "JSON";
  /** TRACE, DEBUG, INFO, WARN, ERROR or FATAL; only with JSON. */
  readonly applicationLevel?: string;
  /** DEBUG, INFO or WARN; only with JSON. */
  readonly systemLevel?: string;
  /** Log group name. */
  readonly group: string;
}

export interface InvokeInput {
  readonly requestId: string;
  readonly payload: Buffer;
  /** ARN with the qualifier as invoked. */
  readonly invokedArn: string;
  /** Decoded JSON text of `X-Amz-Client-Context`. */
  readonly clientContext?: string;
  /** JSON text: `{"cognitoIdentityId": …, "cognitoIdentityPoolId": …}`. */
  readonly cognitoIdentity?: string;
  /** `X-Amzn-Trace-Id`. */
  readonly traceId?: string;
  readonly tenantId?: string;
  /** True for InvokeWithResponseStream and function URLs in stream mode. */
  readonly streaming: boolean;
  /** Called with each piece of a streamed response as it comes. */
  readonly onChunk?: (chunk: Buffer, contentType: string) => void;
}

export interface InvokeOutcome {
  readonly payload: Buffer;
  readonly contentType: string;
  readonly functionError: "Unhandled" | "Handled" | null;
  readonly errorType?: string;
  /** The last 4 KB of the invocation's log. */
  readonly logTail: Buffer;
  readonly durationMs: number;
  /** Whole milliseconds. */
  readonly billedMs: number;
  readonly maxMemoryMb: number;
  /** Null when the environment was warm. */
  readonly initMs: number | null;
  readonly executedVersion: string;
  /** A streamed response that broke after its first piece. */
  readonly streamError?: { readonly type: string; readonly body: string };
}

export interface Executor {
  /**
   * Runs one invocation to its end.
   *
   * @throws TooManyRequests when the function is over its reserved concurrency
   * @throws BrigError `python-missing`, `tool-missing` when nothing on this machine can run its runtime
   */
  invoke(version: RunnableVersion, input: InvokeInput): Promise<InvokeOutcome>;
  /** Lets in-flight invocations of the key finish and stops its idle environments; settles when the last one is gone. */
  retire(key: string): Promise<void>;
  /** Ends every process and removes every temporary folder. */
  dispose(): Promise<void>;
}

/** Thrown by {@link Executor.invoke}; the front answers 429 TooManyRequestsException with `reason`. */
export class TooManyRequests extends Error {
  override readonly name = "TooManyRequests";
  readonly reason: "ReservedFunctionConcurrentInvocationLimitExceeded" | "ConcurrentInvocationLimitExceeded";

  constructor(
    reason: "ReservedFunctionConcurrentInvocationLimitExceeded" | "ConcurrentInvocationLimitExceeded",
  ) {
    super("Rate Exceeded.");
    this.reason = reason;
  }
}

export interface LogEvent {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly message: string;
  readonly group: string;
  readonly stream: string;
  readonly requestId: string | undefined;
}

export type LogSink = (event: LogEvent) => void;
