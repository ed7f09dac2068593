import type { LambdaClient } from "@aws-sdk/client-lambda";
import type { Context } from "../../context.ts";
import { type Operation, readServiceModel } from "../../local/api/service-model.ts";
import type { CallLimiter } from "./call-limiter.ts";
import type { ClientSettings } from "./client-settings.ts";
import type { LambdaCalls } from "./lambda-calls.ts";
import { isInvocation } from "./plan-retry.ts";
import { sendPaced } from "./send.ts";
import { withUnknownMembers } from "./unknown-members.ts";

type Tree = Readonly<Record<string, unknown>>;

/** Milliseconds until an answer must have begun: a function may take 900 s, code is sent over slow lines. */
const patience = { invocation: 960_000, code: 600_000, other: 60_000 } as const;

/** Lambda through the SDK's own client. */
export async function openLambda(
  settings: ClientSettings,
  limiter: CallLimiter,
  context: Context,
): Promise<LambdaCalls & { readonly client: LambdaClient }> {
  const sdk = await import("@aws-sdk/client-lambda");
  const client = new sdk.LambdaClient({
    ...settings,
    requestHandler: { connectionTimeout: 10_000, throwOnRequestTimeout: true },
  });
  const operations = new Map(readServiceModel(sdk).operations.map((each) => [each.name, each]));
  const commands = sdk as unknown as Readonly<Record<string, new (input: Tree) => AnyCommand>>;
  return {
    client,
    call: async <T>(name: string, input: Tree, signal: AbortSignal = context.signal): Promise<T> => {
      const operation = operations.get(name)!;
      const call = { service: "lambda", operation: name, input, env: context.env };
      const attempt = async (): Promise<unknown> => {
        const command = new commands[`${name}Command`]!(input);
        const answer = passUnknown(command, operation, input);
        const { $metadata: _, ...output } = await client.send(command as never, {
          requestTimeout: patienceFor(name),
          // A small write is over in a moment; to cut it off would only leave it open what it did.
          ...(isCut(name) && { abortSignal: signal }),
        });
        return withUnknownMembers(output, answer());
      };
      return (await sendPaced(call, attempt, limiter, signal)) as T;
    },
  };
}

function patienceFor(operation: string): number {
  if (isInvocation(operation)) return patience.invocation;
  return sendsCode(operation) ? patience.code : patience.other;
}

/** Whether Ctrl-C ends the call in its middle. */
function isCut(operation: string): boolean {
  return isInvocation(operation) || sendsCode(operation) || /^(Get|List)/.test(operation);
}

function sendsCode(operation: string): boolean {
  return operation === "UpdateFunctionCode" || operation === "CreateFunction";
}

interface AnyCommand {
  readonly middlewareStack: { readonly add: (middleware: Middleware, options: object) => void };
}
type Middleware = (next: (args: Passing) => Promise<Passing>) => (args: Passing) => Promise<Passing>;
interface Passing {
  readonly request?: { body?: unknown };
  readonly response?: {
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, string>>;
    body?: unknown;
  };
}

/**
 * Adds to the request what the SDK left out, and keeps the answer as it came.
 *
 * @returns the answer's JSON, once it is there; `undefined` where it is none
 */
function passUnknown(command: AnyCommand, operation: Operation, input: Tree): () => unknown {
  const known = new Map(operation.input().members.map(({ name, place }) => [name, place]));
  const isJson = ![...known.values()].includes("payload");
  const members = Object.fromEntries(
    Object.entries(input).filter(([name]) => (known.get(name) ?? "body") === "body"),
  );
  // Code is large: it is not parsed again where the SDK cannot have left anything out.
  const isWhole = Object.entries(members).every(([name, value]) => known.has(name) && !isNested(value));
  let answer: unknown;
  command.middlewareStack.add(
    (next) => async (args) => {
      const { request } = args;
      if (isJson && !isWhole && request?.body !== undefined) {
        const shaped: unknown = JSON.parse(readText(request.body));
        request.body = JSON.stringify(withUnknownMembers(shaped, members));
      }
      return await next(args);
    },
    // Behind the SDK's serializer, before its Content-Length and signature.
    { step: "serialize", priority: "low", name: "brigUnknownInput" },
  );
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { response } = result;
      if (
        isJson &&
        response &&
        response.statusCode < 300 &&
        response.headers["content-type"]?.includes("json")
      ) {
        const chunks: Uint8Array[] = [];
        for await (const chunk of response.body as AsyncIterable<Uint8Array>) chunks.push(chunk);
        const body = Buffer.concat(chunks);
        response.body = new Uint8Array(body);
        answer = body.length === 0 ? undefined : JSON.parse(body.toString("utf8"));
      }
      return result;
    },
    { step: "deserialize", priority: "low", name: "brigUnknownOutput" },
  );
  return () => answer;
}

function isNested(value: unknown): boolean {
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array);
}

/** The SDK's bodies are bytes or boxed strings. */
function readText(body: unknown): string {
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body);
}
