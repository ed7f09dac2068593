export type Header = readonly [name: string, value: string];

/** An answer to an HTTP client without its body. */
export interface UrlHead {
  readonly status: number;
  /** Names as the function wrote them; `Set-Cookie` may come several times. */
  readonly headers: readonly Header[];
}

export interface UrlResponse extends UrlHead {
  readonly body: Buffer;
}

/** What AWS answers for a function that failed or answered nonsense. */
export const functionFailed: UrlResponse = {
  status: 502,
  headers: [["content-type", "application/json"]],
  body: Buffer.from("Internal Server Error"),
};

/** Eight NULs end the head of a streamed response. */
export const preludeEnd: Buffer = Buffer.alloc(8);

/** A function's own framing of the connection does not hold here. */
const hopHeaders: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "proxy-connection",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * The answer that a payload means (AWS, "Response payload format"): an object with `statusCode` describes it, anything
 * else is the body of a 200, a string without its quotes. JSON that AWS writes again has no blanks.
 */
export function parseUrlResponse(payload: Buffer): UrlResponse {
  const streamed = payload.indexOf(preludeEnd);
  if (streamed >= 0) {
    const head = parsePrelude(payload.subarray(0, streamed));
    if (head !== undefined) return { ...head, body: payload.subarray(streamed + preludeEnd.length) };
  }
  const text = payload.toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return inferred(payload);
  }
  if (typeof value === "string") return inferred(Buffer.from(value));
  if (!isObject(value) || !("statusCode" in value)) return inferred(Buffer.from(withoutBlanks(text)));
  const head = describeHead(value);
  return head === undefined ? functionFailed : { ...head, body: readBody(value) };
}

/** The head of a streamed response; undefined when it is not one. */
export function parsePrelude(prelude: Buffer): UrlHead | undefined {
  try {
    const value: unknown = JSON.parse(prelude.toString("utf8"));
    return isObject(value)
      ? describeHead({ statusCode: 200, ...value }, "application/octet-stream")
      : undefined;
  } catch {
    return undefined;
  }
}

function describeHead(value: Record<string, unknown>, defaultType = "application/json"): UrlHead | undefined {
  const status = Number(value["statusCode"]);
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  const headers: [string, string][] = [];
  for (const [name, content] of Object.entries(isObject(value["headers"]) ? value["headers"] : {})) {
    if (hopHeaders.has(name.toLowerCase()) || content === null) continue;
    const text = Array.isArray(content) ? content.map(String).join(",") : renderValue(content);
    if (!isHeader(name, text)) return undefined;
    headers.push([name, text]);
  }
  if (!headers.some(([name]) => name.toLowerCase() === "content-type")) {
    headers.push(["content-type", defaultType]);
  }
  const cookies: readonly unknown[] = Array.isArray(value["cookies"]) ? value["cookies"] : [];
  for (const cookie of cookies) {
    const text = renderValue(cookie);
    if (!isHeader("set-cookie", text)) return undefined;
    headers.push(["set-cookie", text]);
  }
  return { status, headers };
}

function readBody(value: Record<string, unknown>): Buffer {
  const body = value["body"];
  if (body === undefined || body === null) return Buffer.alloc(0);
  const text = renderValue(body);
  return Buffer.from(text, value["isBase64Encoded"] === true ? "base64" : "utf8");
}

function inferred(body: Buffer): UrlResponse {
  return { status: 200, headers: [["content-type", "application/json"]], body };
}

function renderValue(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** JSON text without the blanks between its tokens; numbers and escapes stay as they are. */
function withoutBlanks(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|\s+/g, (token) => (token.startsWith('"') ? token : ""));
}

/** What can stand on the wire: a token (RFC 9110, 5.6.2), and Latin-1 without control characters. */
function isHeader(name: string, value: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
