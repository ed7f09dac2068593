import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { AwsFault, renderFault } from "../aws-fault.ts";
import type { Executor, InvokeInput, InvokeOutcome, RunnableVersion } from "../contract.ts";
import type { Directory, EventInvokeSettings, FunctionUrl, InvokeTarget } from "../directory.ts";
import { readBody } from "../read-body.ts";
import type { Answer, Routes } from "../route.ts";
import { compileRouter } from "../router.ts";

/** A small stand-in for the service's front, for tests of the routes in this room. */
export interface TestFront {
  readonly port: number;
  readonly endpoint: string;
  close(): Promise<void>;
}

export async function startTestFront(...parts: readonly Routes[]): Promise<TestFront> {
  const lambda = compileRouter(parts.flatMap((part) => part.lambda ?? []));
  const targets = parts.flatMap((part) => part.targets ?? []);
  const functionUrl = parts.find((part) => part.functionUrl)?.functionUrl;
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, urlId] = /^(\w+)\.lambda-url\./.exec(request.headers.host ?? "") ?? [];
    if (urlId !== undefined && functionUrl) return functionUrl(urlId, request, response);
    const [path = "/", query = ""] = (request.url ?? "/").split("?", 2);
    const target = targets.find((one) => one.target === request.headers["x-amz-target"]);
    const match = target === undefined ? lambda(request.method ?? "GET", path, query) : undefined;
    const route = target ?? match?.entry;
    const requestId = randomUUID();
    const limit = match?.entry.bodyLimit ?? 6_300_000;
    try {
      if (route === undefined) throw new AwsFault(404, "UnknownOperationException", path);
      const answer = await route.handler({
        operation: route.operation,
        labels: match?.labels ?? {},
        query: new URLSearchParams(query),
        region: "us-east-1",
        account: "000000000000",
        requestId,
        endpoint: "http://127.0.0.1",
        request,
        response,
        readBody: () => readBody(request, limit, route.operation),
      });
      if (answer) send(response, answer);
    } catch (fault) {
      const known = fault instanceof AwsFault ? fault : new AwsFault(500, "ServiceException", String(fault));
      send(response, renderFault(known, target ? "json-1.1" : "rest-json", requestId));
    }
  };
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    endpoint: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, answer.headers).end(answer.body);
}

export function makeVersion(functionName: string, changes: Partial<RunnableVersion> = {}): RunnableVersion {
  return {
    key: functionName,
    functionName,
    version: "$LATEST",
    arn: `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`,
    region: "us-east-1",
    account: "000000000000",
    runtime: "python3.12",
    handler: "index.handler",
    architecture: "x86_64",
    memorySize: 128,
    timeout: 3,
    ephemeralStorage: 512,
    environment: {},
    codeFolder: "/",
    layerFolder: undefined,
    logging: { format: "Text", group: `/aws/lambda/${functionName}` },
    reservedConcurrency: undefined,
    ...changes,
  };
}

export type FakeHandler = (
  input: InvokeInput,
  version: RunnableVersion,
) => Partial<InvokeOutcome> | Promise<Partial<InvokeOutcome>>;

/** Runs functions of the test instead of processes. */
export function makeExecutor(handlers: Readonly<Record<string, FakeHandler>>): Executor {
  return {
    invoke: async (version, input) => ({
      payload: Buffer.from("null"),
      contentType: "application/json",
      functionError: null,
      logTail: Buffer.from("START\n"),
      durationMs: 1,
      billedMs: 1,
      maxMemoryMb: 30,
      initMs: null,
      executedVersion: version.version,
      ...(await handlers[version.functionName]!(input, version)),
    }),
    retire: () => Promise.resolve(),
    dispose: async () => {},
  };
}

export interface FakeFunctions {
  readonly versions: Record<string, RunnableVersion>;
  readonly settings?: Partial<EventInvokeSettings>;
  readonly urls?: readonly FunctionUrl[];
}

/** Knows the functions of the test by name and by ARN, and nothing of qualifiers but their text. */
export function makeDirectory(functions: FakeFunctions): Directory {
  return {
    resolveTarget: (reference, qualifier): InvokeTarget => {
      const name = reference.split(":").at(-1)!;
      const version = functions.versions[name];
      if (version === undefined) {
        throw new AwsFault(404, "ResourceNotFoundException", `Function not found: ${reference}`);
      }
      const invokedArn = typeof qualifier !== "string" ? version.arn : `${version.arn}:${qualifier}`;
      return { version, invokedArn, qualifier: qualifier ?? undefined };
    },
    eventInvokeConfig: () => ({
      maximumRetryAttempts: 2,
      maximumEventAge: 21_600,
      onSuccess: undefined,
      onFailure: undefined,
      ...functions.settings,
    }),
    findFunctionUrl: (urlId) => functions.urls?.find((url) => url.urlId === urlId),
  };
}
