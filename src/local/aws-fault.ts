/** How a service writes an error: as JSON with a header, as JSON with `__type`, or as XML. */
export type ErrorProtocol = "rest-json" | "json-1.1" | "query-xml" | "s3-xml";

/** An error that a client of the service sees, in AWS's words. Not a fault of brig's. */
export class AwsFault extends Error {
  /** The exception's name, as `ResourceNotFoundException`. */
  readonly code: string;
  readonly status: number;
  /** Further members of the error document, as `Reason`. */
  readonly members: Readonly<Record<string, string>>;
  /** Further headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    members: Readonly<Record<string, string>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = "AwsFault";
    this.status = status;
    this.code = code;
    this.members = members;
    this.headers = headers;
  }
}

export function notFound(message: string): AwsFault {
  return new AwsFault(404, "ResourceNotFoundException", message);
}

export function conflict(message: string): AwsFault {
  return new AwsFault(409, "ResourceConflictException", message);
}

export function invalidParameter(message: string): AwsFault {
  return new AwsFault(400, "InvalidParameterValueException", message);
}

export function invalidRequestContent(message: string): AwsFault {
  return new AwsFault(400, "InvalidRequestContentException", message);
}

export function requestTooLarge(message: string): AwsFault {
  return new AwsFault(413, "RequestEntityTooLargeException", message);
}

/** 412 of a RevisionId that is not the present one; the operation to call again for it is named. */
export function preconditionFailed(getOperation: string): AwsFault {
  return new AwsFault(
    412,
    "PreconditionFailedException",
    "The Revision Id provided does not match the latest Revision Id. " +
      `Call the ${getOperation} API to retrieve the latest Revision Id`,
  );
}

/** The answer to an operation that AWS has and this service has not: the error names it. */
export function notSupported(operation: string): AwsFault {
  return new AwsFault(
    501,
    "NotImplementedException",
    `local Lambda does not support the operation ${operation}`,
  );
}

/** One sentence as Lambda's validation writes them: how many errors, then each. */
export function validationFault(errors: readonly string[]): AwsFault {
  const count = `${errors.length} validation error${errors.length === 1 ? "" : "s"} detected: `;
  return new AwsFault(400, "ValidationException", count + errors.join("; "));
}

export interface RenderedFault {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Exceptions whose member is written `Message` on Lambda; those of all others are written `message`. */
const withCapitalMessage: ReadonlySet<string> = new Set([
  "ResourceNotFoundException",
  "ServiceException",
  "AccessDeniedException",
]);

/** An error as the bytes of an answer in the protocol of its service. */
export function renderFault(fault: AwsFault, protocol: ErrorProtocol, requestId: string): RenderedFault {
  switch (protocol) {
    case "rest-json":
      return {
        status: fault.status,
        headers: {
          ...fault.headers,
          "content-type": "application/json",
          "x-amzn-errortype": fault.code,
        },
        body: JSON.stringify(restMembers(fault)),
      };
    case "json-1.1":
      return {
        status: fault.status,
        headers: {
          ...fault.headers,
          "content-type": "application/x-amz-json-1.1",
          "x-amzn-errortype": fault.code,
        },
        body: JSON.stringify({ __type: fault.code, message: fault.message, ...fault.members }),
      };
    case "query-xml":
      return {
        status: fault.status,
        headers: { ...fault.headers, "content-type": "text/xml" },
        body:
          `<ErrorResponse><Error><Type>${fault.status < 500 ? "Sender" : "Receiver"}</Type>` +
          `<Code>${escapeXml(fault.code)}</Code><Message>${escapeXml(fault.message)}</Message></Error>` +
          `<RequestId>${requestId}</RequestId></ErrorResponse>`,
      };
    case "s3-xml":
      return {
        status: fault.status,
        headers: { ...fault.headers, "content-type": "application/xml" },
        body:
          `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escapeXml(fault.code)}</Code>` +
          `<Message>${escapeXml(fault.message)}</Message>${renderMembers(fault)}` +
          `<RequestId>${requestId}</RequestId></Error>`,
      };
  }
}

/** Text inside an XML element or attribute; what XML 1.0 cannot carry is left out. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\r", "&#13;");
}

function restMembers(fault: AwsFault): object {
  if (fault.code === "ValidationException") return { message: fault.message, ...fault.members };
  const type = fault.status < 500 ? "User" : "Service";
  return withCapitalMessage.has(fault.code)
    ? { Type: type, Message: fault.message, ...fault.members }
    : { Type: type, message: fault.message, ...fault.members };
}

function renderMembers(fault: AwsFault): string {
  return Object.entries(fault.members)
    .map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`)
    .join("");
}
