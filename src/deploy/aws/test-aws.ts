import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Context } from "../../context.ts";

/** A request as it came over the wire. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** What is answered; `drop`: the connection ends without a word. */
export type ScriptedAnswer =
  | "drop"
  | { readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> };

/** A server that answers requests, in their order, as the test says; the last answer holds on. STS is not counted. */
export async function scriptAws(...answers: readonly ScriptedAnswer[]): Promise<{
  readonly endpoint: string;
  readonly seen: readonly SeenRequest[];
  readonly dispose: () => void;
}> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      if (body.includes("Action=GetCallerIdentity")) {
        response.setHeader("content-type", "text/xml");
        return response.end(identity);
      }
      seen.push({ method: request.method!, path: request.url!, body });
      const answer = answers[Math.min(seen.length, answers.length) - 1]!;
      if (answer === "drop") return response.destroy();
      response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
      return response.end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { endpoint, seen, dispose: () => (server.closeAllConnections(), server.close()) };
}

/** A context whose environment leads to `endpoint`, with the keys that local services take. */
export function awsContext(endpoint: string, more: Readonly<Record<string, string>> = {}): Context {
  return {
    cwd: "/",
    env: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_REGION: "us-east-1",
      ...more,
    },
    now: () => new Date(),
    signal: new AbortController().signal,
    report: () => {},
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8") as AsyncIterable<string>) text += chunk;
  return text;
}

const identity = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::000000000000:user/test</Arn><UserId>TEST</UserId><Account>000000000000</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>`;
