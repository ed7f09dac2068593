import type { IncomingMessage, ServerResponse } from "node:http";

/** One request to an operation of an AWS service, once Host and Origin have passed. */
export interface RequestContext {
  /** The operation's name in AWS's model, as `GetFunction`. */
  readonly operation: string;
  /** The parts of the path that the pattern names, decoded. */
  readonly labels: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The region of the request's signature; `us-east-1` without one. */
  readonly region: string;
  readonly account: string;
  /** A new UUID, answered as `x-amzn-RequestId`. */
  readonly requestId: string;
  /** Where the client reached the service, as `http://127.0.0.1:9900`. */
  readonly endpoint: string;
  readonly request: IncomingMessage;
  /** For handlers that answer by themselves (streams); the others return an `Answer`. */
  readonly response: ServerResponse;
  /**
   * The whole body.
   *
   * @throws AwsFault 413 when it is over the route's limit
   */
  readonly readBody: () => Promise<Buffer>;
}

/** What a handler answers. `undefined` from a handler: it wrote to `response` itself. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export type Handler = (context: RequestContext) => Promise<Answer | undefined> | Answer | undefined;

/** An operation of Lambda's REST API. */
export interface Route {
  readonly operation: string;
  readonly method: "GET" | "PUT" | "POST" | "DELETE" | "HEAD";
  /** As `/2015-03-31/functions/{FunctionName}/invocations`; matched against the raw path, each label decoded by itself. */
  readonly pattern: string;
  /** A query parameter that must be there, with this value if one is given: two operations may share a path. */
  readonly withQuery?: { readonly name: string; readonly value?: string };
  /** Bytes; default 6 MiB and a little. */
  readonly bodyLimit?: number;
  readonly handler: Handler;
}

/** An operation of a service that is told by the header `X-Amz-Target` (CloudWatch Logs). */
export interface TargetRoute {
  /** As `Logs_20140328.FilterLogEvents`. */
  readonly target: string;
  readonly operation: string;
  readonly handler: Handler;
}

/** A request to `<urlId>.lambda-url.<region>.localhost`. Answers by itself; `AwsFault`s are rendered as rest-json. */
export type FunctionUrlHandler = (
  urlId: string,
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<void>;

/** What a part of the service adds to the front. */
export interface Routes {
  readonly lambda?: readonly Route[];
  readonly targets?: readonly TargetRoute[];
  readonly functionUrl?: FunctionUrlHandler;
  /** Called when the service ends, before the executor is disposed of. */
  readonly dispose?: () => Promise<void>;
}

/** A JSON answer. */
export function json(status: number, value: unknown): Answer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(value) };
}
