import { isUtf8 } from "node:buffer";
import type { FunctionUrl } from "../directory.ts";

/** What an HTTP request to a function URL is, before it becomes an event. */
export interface UrlRequest {
  readonly method: string;
  /** Path and query as on the wire. */
  readonly target: string;
  readonly httpVersion: string;
  /** Name, value, name, value, … as on the wire. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  readonly sourceIp: string;
  readonly requestId: string;
  readonly traceId: string;
  readonly account: string;
  readonly time: Date;
  /** The access key that signed the request; undefined when nobody did or nobody had to. */
  readonly accessKey: string | undefined;
}

/** Headers that end at the first hop, and those that the event has in a place of its own. */
const leftOut: ReadonlySet<string> = new Set([
  "connection",
  "cookie",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * The event of a function URL, payload format 2.0 (AWS, "Invoking Lambda function URLs"): names in lower case, several
 * values joined by commas, the path not decoded, what is empty left out.
 */
export function renderUrlEvent(url: FunctionUrl, request: UrlRequest): object {
  const [rawPath, rawQueryString] = splitTarget(request.target);
  const { headers, cookies } = joinHeaders(request.rawHeaders);
  const domainName = (headers["host"] ?? "").replace(/:\d+$/, "");
  const port = /:(\d+)$/.exec(headers["host"] ?? "")?.[1] ?? "80";
  const query = joinQuery(rawQueryString);
  const isText = request.body.length === 0 || isTextBody(headers["content-type"], request.body);
  const userAgent = headers["user-agent"];
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString,
    ...(cookies.length > 0 ? { cookies } : {}),
    headers: {
      ...headers,
      "x-amzn-tls-cipher-suite": "TLS_AES_128_GCM_SHA256",
      "x-amzn-tls-version": "TLSv1.3",
      "x-amzn-trace-id": request.traceId,
      "x-forwarded-for": request.sourceIp,
      "x-forwarded-port": port,
      "x-forwarded-proto": "http",
    },
    ...(Object.keys(query).length > 0 ? { queryStringParameters: query } : {}),
    requestContext: {
      accountId: request.accessKey === undefined ? "anonymous" : request.account,
      apiId: url.urlId,
      ...(request.accessKey === undefined ? {} : { authorizer: describeCaller(request) }),
      domainName,
      domainPrefix: url.urlId,
      http: {
        method: request.method,
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.sourceIp,
        ...(userAgent === undefined ? {} : { userAgent }),
      },
      requestId: request.requestId,
      routeKey: "$default",
      stage: "$default",
      time: renderTime(request.time),
      timeEpoch: request.time.getTime(),
    },
    ...(request.body.length > 0 ? { body: request.body.toString(isText ? "utf8" : "base64") } : {}),
    isBase64Encoded: !isText,
  };
}

/** `12/Mar/2020:19:03:58 +0000` */
export function renderTime(time: Date): string {
  const [, day, month, year, clock] = /, (\d+) (\w+) (\d+) ([\d:]+)/.exec(time.toUTCString()) ?? [];
  return `${day}/${month}/${year}:${clock} +0000`;
}

function splitTarget(target: string): [path: string, query: string] {
  const mark = target.indexOf("?");
  return mark < 0 ? [target, ""] : [target.slice(0, mark), target.slice(mark + 1)];
}

function joinHeaders(rawHeaders: readonly string[]): {
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
} {
  const joined = new Map<string, string>();
  const cookies: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase();
    const value = rawHeaders[index + 1]!;
    if (name === "cookie") cookies.push(...value.split(/;\s*/).filter((cookie) => cookie !== ""));
    if (leftOut.has(name)) continue;
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return { headers: Object.fromEntries(joined), cookies };
}

function joinQuery(rawQuery: string): Readonly<Record<string, string>> {
  const joined = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(rawQuery)) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(joined);
}

/** AWS passes text, JSON, XML and JavaScript as they are; forms, multipart and everything else in base64. */
function isTextBody(contentType: string | undefined, body: Buffer): boolean {
  const type = (contentType ?? "").split(";")[0]!.trim().toLowerCase();
  return /^text\/|[/+](?:json|xml|javascript|ecmascript)$/.test(type) && isUtf8(body);
}

function describeCaller(request: UrlRequest): object {
  return {
    iam: {
      accessKey: request.accessKey,
      accountId: request.account,
      callerId: request.accessKey,
      cognitoIdentity: null,
      principalOrgId: null,
      userArn: `arn:aws:iam::${request.account}:root`,
      userId: request.accessKey,
    },
  };
}
