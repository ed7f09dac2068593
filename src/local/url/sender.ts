import type { IncomingMessage, ServerResponse } from "node:http";
import { mergeHeaders } from "./cors.ts";
import type { Header, UrlHead, UrlResponse } from "./response.ts";

/** Writes one answer to an HTTP client, whole or in pieces. */
export interface Sender {
  whole(answer: UrlResponse): void;
  head(head: UrlHead): void;
  piece(chunk: Buffer): void;
  /** @param broken the client must see that something is missing */
  end(broken: boolean): void;
}

/** @param cors headers of the URL's own, for every answer */
export function createSender(
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  cors: readonly Header[],
): Sender {
  const head = ({ status, headers }: UrlHead): void => {
    response.statusCode = status;
    response.setHeader("x-amzn-requestid", requestId);
    for (const [name, value] of mergeHeaders(headers, cors)) response.appendHeader(name, value);
  };
  return {
    whole: (answer) => {
      head(answer);
      const empty = answer.status === 204 || answer.status === 304;
      if (!empty) response.setHeader("content-length", answer.body.length);
      response.end(empty || request.method === "HEAD" ? undefined : answer.body);
    },
    head: (answer) => {
      head(answer);
      // The client sees the head before the function has written anything else.
      response.flushHeaders();
    },
    piece: (chunk) => void response.write(chunk),
    end: (broken) => void (broken ? response.destroy() : response.end()),
  };
}
