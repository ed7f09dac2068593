import { type ControlPlane, controlPlaneBodyLimit, unknownOperation } from "./api/control-plane.ts";
import { AwsFault, notFound } from "./aws-fault.ts";
import type { Arrival, Selected } from "./http-front.ts";
import type { Handler, Route, Routes, TargetRoute } from "./route.ts";
import { compileRouter } from "./router.ts";

export interface SelectorParts {
  readonly routes: Routes;
  readonly controlPlane: ControlPlane;
  readonly s3: Handler;
  readonly sts: Handler;
  /** `GET /_brig/code/<sha256>.zip` */
  readonly code: Handler;
}

/** 6 MiB of a synchronous invocation and what stands around it. */
const ordinaryBody = 6_291_556;
/** Objects may be larger than a zip for direct upload. */
const objectBody = 5 * 1024 ** 3;

/** Who answers a request: told by the signature's service, else by target, path and form. */
export function createSelector(parts: SelectorParts): (arrival: Arrival) => Selected | Promise<Selected> {
  const { routes } = parts;
  const lambda = compileRouter<Route>(routes.lambda ?? []);
  const targets = new Map((routes.targets ?? []).map((route) => [route.target, route]));
  return (arrival) => {
    switch (serviceOf(arrival)) {
      case "lambda": {
        const match = lambda(arrival.method, arrival.rawPath, arrival.rawQuery);
        if (match === undefined) return selectControlPlane(arrival, parts.controlPlane);
        const { operation, handler, bodyLimit = ordinaryBody } = match.entry;
        return { operation, labels: match.labels, protocol: "rest-json", bodyLimit, handler };
      }
      case "s3":
        return { operation: "S3", labels: {}, protocol: "s3-xml", bodyLimit: objectBody, handler: parts.s3 };
      case "sts":
        return {
          operation: "STS",
          labels: {},
          protocol: "query-xml",
          bodyLimit: ordinaryBody,
          handler: parts.sts,
        };
      case "target":
        return selectTarget(arrival, targets);
      case "brig":
        return { operation: "GetCode", labels: {}, protocol: "rest-json", bodyLimit: 0, handler: parts.code };
      case "other":
        return {
          operation: arrival.scope?.service ?? "unknown",
          labels: {},
          // Services that answer XML are asked with forms.
          protocol: isForm(arrival) ? "query-xml" : "rest-json",
          bodyLimit: 0,
          handler: () => {
            throw new AwsFault(
              501,
              "NotImplementedException",
              `local Lambda has no service ${arrival.scope?.service}: only lambda, logs, s3 and sts`,
            );
          },
        };
    }
  };
}

function serviceOf({
  scope,
  rawPath,
  request,
  audience,
  method,
}: Arrival): "lambda" | "s3" | "sts" | "target" | "brig" | "other" {
  if (audience.kind === "bucket") return "s3";
  if (request.headers["x-amz-target"] !== undefined) return "target";
  if (scope !== undefined) {
    if (scope.service === "lambda" || scope.service === "s3" || scope.service === "sts") return scope.service;
    return "other";
  }
  // Unsigned: a curl of the user's.
  if (/^\/20\d\d-\d\d-\d\d\//.test(rawPath)) return "lambda";
  if (rawPath.startsWith("/_brig/code/")) return "brig";
  return method === "POST" && rawPath === "/" && isForm({ request }) ? "sts" : "s3";
}

function isForm({ request }: Pick<Arrival, "request">): boolean {
  return request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded") === true;
}

async function selectControlPlane(arrival: Arrival, controlPlane: ControlPlane): Promise<Selected> {
  const match = await controlPlane.match(arrival.method, arrival.rawPath, arrival.rawQuery);
  if (match === undefined) throw unknownOperation(arrival.method, arrival.rawPath);
  const { entry, labels } = match;
  return {
    operation: entry.name,
    labels,
    protocol: "rest-json",
    bodyLimit: controlPlaneBodyLimit,
    handler: (context) => controlPlane.run(entry, context),
  };
}

function selectTarget(arrival: Arrival, targets: ReadonlyMap<string, TargetRoute>): Selected {
  const target = String(arrival.request.headers["x-amz-target"]);
  const route = targets.get(target);
  return {
    operation: route?.operation ?? target,
    labels: {},
    protocol: "json-1.1",
    bodyLimit: ordinaryBody,
    handler:
      route?.handler ??
      (() => {
        throw new AwsFault(
          501,
          "NotImplementedException",
          `local Lambda does not support the operation ${target}`,
        );
      }),
  };
}

/** A handler for `/_brig/code/<sha256 in hex>.zip`. */
export function serveCode(readZip: (sha256: string) => Promise<Buffer | undefined>): Handler {
  return async ({ request }) => {
    const [, sha256] = /^\/_brig\/code\/([0-9a-f]{64})\.zip$/.exec(request.url ?? "") ?? [];
    const zip = sha256 === undefined ? undefined : await readZip(sha256);
    if (zip === undefined) throw notFound("The resource you requested does not exist.");
    return { status: 200, headers: { "content-type": "application/zip" }, body: zip };
  };
}
