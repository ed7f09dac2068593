import type { AddressInfo } from "node:net";
import { renderUrl } from "./api/function-urls.ts";
import { notFound } from "./aws-fault.ts";
import type { Executor } from "./contract.ts";
import type { Directory } from "./directory.ts";
import { createFront } from "./http-front.ts";
import { type LocalLambda, type LocalLambdaOptions, createLocalLambda } from "./local-lambda.ts";
import type { Routes } from "./route.ts";
import { createS3 } from "./s3/answer-s3.ts";
import { createSelector, serveCode } from "./select-route.ts";
import { answerSts } from "./sts/caller-identity.ts";

export interface ServiceOptions extends LocalLambdaOptions {
  /** 0 picks a free one. */
  readonly port: number;
  /** Where to listen: `127.0.0.1` unless the user wants others to reach the service. */
  readonly host: string;
  /** What invokes, logs and answers function URLs. */
  readonly createRoutes: (parts: { readonly directory: Directory; readonly executor: Executor }) => Routes;
  /** A fault of the service's own, which a client saw as a 500. */
  readonly onFault: (cause: unknown) => void;
}

/** Local Lambda behind HTTP. */
export interface LocalService extends LocalLambda {
  /** As `http://127.0.0.1:9900`. */
  readonly endpoint: string;
  readonly port: number;
  /** `http://<id>.lambda-url.<region>.localhost:<port>/` */
  readonly renderUrl: (urlId: string) => string;
}

/**
 * Starts local Lambda.
 *
 * @throws the system's error (EADDRINUSE, EACCES) when it cannot listen
 */
export async function startService(options: ServiceOptions): Promise<LocalService> {
  const lambda = await createLocalLambda(options);
  const routes = options.createRoutes(lambda);
  const server = createFront({
    host: options.host,
    region: options.region,
    account: options.account,
    select: createSelector({
      routes,
      controlPlane: lambda.controlPlane,
      s3: createS3(lambda.buckets),
      sts: answerSts,
      code: serveCode(lambda.readZip),
    }),
    functionUrl:
      routes.functionUrl ??
      (() => {
        throw notFound("The resource you requested does not exist.");
      }),
    onFault: options.onFault,
  });
  const dispose = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    server.closeAllConnections();
    await closed;
    await routes.dispose?.();
    await lambda.dispose();
  };
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(options.port, options.host, () => resolve());
    });
  } catch (cause) {
    await routes.dispose?.();
    await lambda.dispose();
    throw cause;
  }
  const { port } = server.address() as AddressInfo;
  const endpoint = renderEndpoint(options.host, port);
  return {
    ...lambda,
    endpoint,
    port,
    renderUrl: (urlId) =>
      renderUrl({ urlId }, lambda.directory.findFunctionUrl(urlId)?.region ?? options.region, endpoint),
    dispose,
  };
}

/** Where a client on this machine reaches the service. */
function renderEndpoint(host: string, port: number): string {
  if (host === "0.0.0.0" || host === "::") return `http://127.0.0.1:${port}`;
  return host.includes(":") ? `http://[${host}]:${port}` : `http://${host}:${port}`;
}
