/** `brig serve` in tests, and requests to it. */
import { request } from "node:http";
import { afterAll } from "vitest";
import type { ServeReady } from "../../src/operations/serve.ts";
import { type Started, startBrig, waitUntil } from "./processes.ts";

export interface Served extends Started {
  readonly ready: ServeReady;
  readonly errors: () => string;
}

const running: Started[] = [];
afterAll(() => {
  for (const { child } of running) child.kill("SIGKILL");
});

export async function serve(cwd: string, args: readonly string[] = [], env = {}): Promise<Served> {
  const started = startBrig(cwd, ["serve", "--port", "0", "--json", ...args], env);
  running.push(started);
  let [stdout, stderr] = ["", ""];
  started.child.stdout!.on("data", (text: string) => (stdout += text));
  started.child.stderr!.on("data", (text: string) => (stderr += text));
  await Promise.race([waitUntil(() => stdout.includes("\n"), 60_000), started.ended]);
  return { ...started, ready: JSON.parse(stdout) as ServeReady, errors: () => stderr };
}

export interface Got {
  readonly status: number;
  readonly text: string;
}

export function send(url: string, body: string, headers: Record<string, string> = {}): Promise<Got> {
  const { hostname, port, pathname, host } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: hostname.endsWith("localhost") ? "127.0.0.1" : hostname,
        port,
        path: pathname,
        method: "POST",
        headers: { host, ...headers },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.on("end", () => resolve({ status: response.statusCode!, text }));
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}
