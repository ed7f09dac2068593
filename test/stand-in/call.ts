/** One request as tests look at it afterwards. Values of environment variables, payloads and zips are not in it. */
export interface Call {
  /** From 1, over all services. */
  readonly index: number;
  /** Milliseconds since the stand-in started. */
  readonly at: number;
  readonly service: "lambda" | "s3" | "sts" | "logs" | "monitoring" | "code" | "other";
  /** As in AWS's model: `UpdateFunctionCode`, `UploadPartCopy`. */
  readonly operation: string;
  readonly region: string;
  readonly functionName: string | undefined;
  readonly qualifier: string | undefined;
  readonly input: Readonly<Record<string, unknown>>;
  /** Of the body. */
  readonly bytes: number;
  /** Whether it changes anything when it succeeds. Invoke does not count as one. */
  readonly writes: boolean;
  /** Undefined while it runs and when the connection was dropped. */
  readonly status: number | undefined;
  /** AWS's error code, or what became of the connection. */
  readonly fault: string | undefined;
}

const hidden = "***";

/** An input without what must not be seen. */
export function redactInput(input: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, redactMember(name, value)]));
}

function redactMember(name: string, value: unknown): unknown {
  if (Buffer.isBuffer(value)) return `${value.length} bytes`;
  if (name === "Environment" && typeof value === "object" && value !== null) {
    const { Variables = {} } = value as { Variables?: Record<string, unknown> };
    return { Variables: Object.fromEntries(Object.keys(Variables).map((key) => [key, hidden])) };
  }
  if (name === "ZipFile" || name === "Payload") return hidden;
  if (Array.isArray(value) || typeof value !== "object" || value === null) return value;
  return redactInput(value as Record<string, unknown>);
}
