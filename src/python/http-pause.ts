import type { Dispatcher } from "undici";

/**
 * Lets a body pause its connection only where the server keeps that open. Where a server closes it behind its answer
 * (HTTP/1.0, `Connection: close`) while the answer is paused, undici ends the process by a failed assertion
 * (nodejs/undici#5360, mended for Node 22 and later only). Such an answer comes as fast as it is sent, and waits in memory.
 */
export function pauseWhereOpen(dispatch: Dispatcher["dispatch"]): Dispatcher["dispatch"] {
  return (options, handler) => {
    let mayPause = false;
    return dispatch(options, {
      onConnect: (abort) => handler.onConnect?.(abort),
      onResponseStarted: () => handler.onResponseStarted?.(),
      onHeaders: (status, headers, resume, text) => {
        mayPause = isKeptOpen(headers);
        return handler.onHeaders?.(status, headers, resume, text) ?? true;
      },
      onData: (chunk) => handler.onData?.(chunk) !== false || !mayPause,
      onComplete: (trailers) => handler.onComplete?.(trailers),
      onError: (error) => handler.onError?.(error),
    });
  };
}

/** Only the header tells: the protocol's version, which has a say as well, is not to be seen. */
function isKeptOpen(headers: readonly Buffer[]): boolean {
  const at = headers.findIndex((text, index) => index % 2 === 0 && /^connection$/i.test(text.toString()));
  return at !== -1 && /^keep-alive$/i.test(headers[at + 1]?.toString() ?? "");
}
