/** One endpoint for moto's tests: what is for Lambda and its logs goes to local Lambda, all else to moto's own server. */
import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { parseCredentialScope } from "../../src/local/credential-scope.ts";
import { createFetchObject } from "../../src/local/fetch-object.ts";
import { createInvokeRoutes } from "../../src/local/invoke/routes.ts";
import { createLogStore } from "../../src/local/logs/log-store.ts";
import { createLogRoutes } from "../../src/local/logs/routes.ts";
import { createExecutor } from "../../src/local/runtime/executor.ts";
import type { Languages } from "../../src/local/runtime/language.ts";
import { type LocalService, startService } from "../../src/local/service.ts";
import { createUrlHandler } from "../../src/local/url/url-handler.ts";

export interface MotoRouter {
  readonly endpoint: string;
  /** Faults of local Lambda's own, which a client saw as a 500. */
  readonly faults: readonly unknown[];
  readonly dispose: () => Promise<void>;
}

/** moto's account: its tests have it in their expectations. */
const account = "123456789012";
const credentials = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };

/** @param motoServer where moto's own server is, as `http://127.0.0.1:5000` */
export async function startMotoRouter(motoServer: string, languages: Languages): Promise<MotoRouter> {
  const faults: unknown[] = [];
  const start = (): Promise<LocalService> => startLambda(motoServer, languages, faults);
  let service = start();
  const ended: Promise<void>[] = [];
  // moto forgets everything before a test: so does local Lambda, by being another one.
  const reset = async (): Promise<void> => {
    const last = service;
    service = start();
    ended.push(last.then((each) => each.dispose()));
    await service;
  };
  const server = createServer((incoming, answer) => {
    void (async () => {
      if (incoming.url!.endsWith("/moto-api/reset")) await reset();
      const [path, query = ""] = incoming.url!.split("?");
      const scope = parseCredentialScope(incoming.headers.authorization, query);
      // A layer's content is fetched with an address that carries no signature.
      const isLambda =
        scope?.service === "lambda" || scope?.service === "logs" || path!.startsWith("/_brig/");
      forward(incoming, answer, isLambda ? (await service).endpoint : motoServer);
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://localhost:${(server.address() as AddressInfo).port}`,
    faults,
    dispose: async () => {
      server.close();
      server.closeAllConnections();
      await Promise.all([...ended, service.then((each) => each.dispose())]);
    },
  };
}

async function startLambda(
  motoServer: string,
  languages: Languages,
  faults: unknown[],
): Promise<LocalService> {
  const now = (): Date => new Date();
  const logs = createLogStore({ now });
  return await startService({
    port: 0,
    host: "127.0.0.1",
    region: "us-east-1",
    account,
    temporaryFolder: tmpdir(),
    now,
    createExecutor: ({ temporaryFolder }) =>
      createExecutor({ temporaryFolder, logSink: logs.add, now, ...languages }),
    createRoutes: ({ directory, executor }) => ({
      ...createInvokeRoutes({ directory, executor, now }),
      targets: createLogRoutes(logs).targets ?? [],
      functionUrl: createUrlHandler({ directory, executor, account, now }),
    }),
    fetchObject: createFetchObject({ AWS_ENDPOINT_URL_S3: motoServer, ...credentials })!,
    onFault: (cause) => faults.push(cause),
  });
}

function forward(incoming: IncomingMessage, answer: ServerResponse, target: string): void {
  const { host } = new URL(target);
  const headers = target.includes("127.0.0.1") ? { ...incoming.headers, host } : incoming.headers;
  const passed = request(`${target}${incoming.url}`, { method: incoming.method, headers }, (got) => {
    answer.writeHead(got.statusCode!, got.headers);
    got.pipe(answer);
  });
  passed.on("error", () => answer.destroy());
  incoming.pipe(passed);
}
