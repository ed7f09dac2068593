import type { IncomingMessage, ServerResponse } from "node:http";
import { AwsFault, notFound } from "../../src/local/aws-fault.ts";
import { parseCredentialScope } from "../../src/local/credential-scope.ts";
import { readBody } from "../../src/local/read-body.ts";
import type { Answer } from "../../src/local/route.ts";
import { answerLogs } from "./logs.ts";
import { answerMonitoring, readMonitoring } from "./monitoring.ts";
import { prepareLambda } from "./prepare-lambda.ts";
import { prepareObject } from "./prepare-object.ts";
import { type PrepareParts, type Prepared, bodyLimit } from "./prepared.ts";
import { answerSts } from "./sts.ts";
import type { World } from "./world.ts";

/** Finds out whose call a request is, by the service in its signature. */
export async function prepare(
  request: IncomingMessage,
  response: ServerResponse,
  parts: PrepareParts,
): Promise<Prepared> {
  const url = request.url ?? "/";
  const [rawPath = "/", rawQuery = ""] = url.split("?");
  const scope = parseCredentialScope(request.headers.authorization, rawQuery);
  const region = scope?.region ?? "us-east-1";
  const nothing = {
    region,
    functionName: undefined,
    qualifier: undefined,
    input: {},
    bytes: 0,
    writes: false,
  };
  if (rawPath.startsWith("/_code/")) {
    return {
      call: { ...nothing, service: "code", operation: "DownloadCode" },
      protocol: "s3-xml",
      run: async () => ({ answer: downloadCode(rawPath, rawQuery, parts.world) }),
    };
  }
  switch (scope?.service ?? "none") {
    case "lambda":
      return prepareLambda(request, rawPath, rawQuery, region, parts);
    case "s3":
      return prepareObject(request, response, rawPath, rawQuery, region, parts);
    case "sts": {
      const body = await readBody(request, bodyLimit, "STS");
      return {
        call: { ...nothing, service: "sts", operation: "GetCallerIdentity", bytes: body.length },
        protocol: "query-xml",
        run: async () => ({ answer: answerSts(body, parts.world.account) }),
      };
    }
    case "logs": {
      const body = await readBody(request, bodyLimit, "Logs");
      const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
      return {
        call: { ...nothing, service: "logs", operation, bytes: body.length },
        protocol: "json-1.1",
        run: async () => ({
          answer: answerLogs(parts.world, operation, body, parts.world.behaviour.pageSize),
        }),
      };
    }
    case "monitoring": {
      const body = await readBody(request, bodyLimit, "CloudWatch");
      const asked = readMonitoring(rawPath, request.headers["x-amz-target"] as string | undefined, body);
      return {
        call: {
          ...nothing,
          service: "monitoring",
          operation: asked.operation,
          input: asked.input,
          bytes: body.length,
        },
        protocol: "json-1.1",
        run: async () => ({ answer: answerMonitoring(parts.world, asked) }),
      };
    }
    default:
      return {
        call: { ...nothing, service: "other", operation: scope?.service ?? "unsigned" },
        protocol: "rest-json",
        run: async () => {
          throw new AwsFault(403, "MissingAuthenticationToken", "Missing Authentication Token");
        },
      };
  }
}

/** @throws AwsFault AccessDenied after ten minutes */
function downloadCode(rawPath: string, rawQuery: string, world: World): Answer {
  const zip = world.zips.get(rawPath.slice("/_code/".length));
  if (zip === undefined) throw notFound("The specified key does not exist.");
  const until = Number(new URLSearchParams(rawQuery).get("x-until"));
  if (world.now().getTime() > until) throw new AwsFault(403, "AccessDenied", "Request has expired");
  return { status: 200, headers: { "content-type": "application/zip" }, body: zip };
}
