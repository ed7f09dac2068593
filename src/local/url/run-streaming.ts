import type { Executor, InvokeInput, RunnableVersion } from "../contract.ts";
import { runInvocation } from "../invoke/invoke.ts";
import { functionFailed } from "./response.ts";
import type { Sender } from "./sender.ts";
import { createHeadReader } from "./stream-head.ts";

/** Invokes and passes the answer on as it comes; what fails before its first byte is a 502, later a cut connection. */
export async function runStreaming(
  executor: Executor,
  version: RunnableVersion,
  input: InvokeInput,
  send: Sender,
): Promise<void> {
  const readHead = createHeadReader();
  const progress: { state: "none" | "head" | "body" | "invalid" } = { state: "none" };
  const take = (chunk: Buffer, contentType: string): void => {
    if (progress.state === "body") return send.piece(chunk);
    if (progress.state === "invalid") return;
    const piece = readHead(chunk, contentType);
    progress.state = piece.kind === "head" ? "body" : piece.kind === "more" ? "head" : "invalid";
    if (piece.kind !== "head") return;
    send.head(piece.head);
    if (piece.rest.length > 0) send.piece(piece.rest);
  };
  const outcome = await runInvocation(executor, version, { ...input, streaming: true, onChunk: take });
  const failed = outcome.functionError !== null || outcome.streamError !== undefined;
  // A function that does not stream: its payload is the body as it stands.
  if (progress.state === "none" && !failed) take(outcome.payload, outcome.contentType);
  if (progress.state === "body") send.end(failed);
  else send.whole(functionFailed);
}
