import type { IncomingMessage } from "node:http";
import { AwsFault } from "../../src/local/aws-fault.ts";
import { readBody } from "../../src/local/read-body.ts";
import type { Answer } from "../../src/local/route.ts";
import { redactInput } from "./call.ts";
import { findHandler } from "./lambda/lambda.ts";
import { type LambdaRequest, parseReference } from "./lambda/request.ts";
import { checkRules } from "./lambda/rules.ts";
import { type PrepareParts, type Prepared, bodyLimit } from "./prepared.ts";

export async function prepareLambda(
  request: IncomingMessage,
  rawPath: string,
  rawQuery: string,
  region: string,
  { world, reader }: PrepareParts,
): Promise<Prepared> {
  const method = request.method ?? "GET";
  const body = await readBody(request, bodyLimit, "Lambda");
  const matched = reader.match(method, rawPath, rawQuery);
  const operation = matched?.operation.name ?? `${method} ${rawPath}`;
  const writes = method !== "GET" && operation !== "Invoke";
  const bare = { service: "lambda" as const, operation, region, bytes: body.length, writes };
  try {
    if (matched === undefined)
      throw new AwsFault(404, "UnknownOperationException", `no operation ${operation}`);
    const handler = findHandler(operation);
    const { input, unknown, ignored } = reader.read(matched, {
      query: new URLSearchParams(rawQuery),
      header: (name) => {
        const value = request.headers[name.toLowerCase()];
        return typeof value === "string" ? value : undefined;
      },
      body,
    });
    const named = "FunctionName" in input ? input : { FunctionName: input["Resource"] };
    const { name, qualifier } = parseReference(named);
    for (const member of ignored) {
      world.violations.push(`${operation} of ${name} was sent ${member}, which AWS ignores`);
    }
    const endpoint = `http://${request.headers.host}`;
    const lambda: LambdaRequest = { world, operation, region, input, unknown, endpoint };
    return {
      call: { ...bare, functionName: name, qualifier, input: redactInput({ ...unknown, ...input }) },
      protocol: "rest-json",
      run: async () => {
        checkRules(operation, input);
        const { status = 200, headers, body: document, afterwards } = await handler(lambda);
        const answer: Answer = {
          status,
          headers: { "content-type": "application/json", ...headers },
          ...(document !== undefined && {
            body: Buffer.isBuffer(document) ? document : JSON.stringify(document),
          }),
        };
        return { answer, ...(afterwards && { afterwards }) };
      },
    };
  } catch (refusal) {
    return {
      call: { ...bare, functionName: undefined, qualifier: undefined, input: {} },
      protocol: "rest-json",
      refusal,
      run: () => Promise.reject(refusal),
    };
  }
}
