/** A package index of its own on loopback (PEP 503), with a password where one is asked for. */
import { createServer } from "node:http";
import { createHash } from "node:crypto";
import { afterAll } from "vitest";
import type { MadeWheel } from "./wheels.ts";

export interface IndexServer {
  /** `http://127.0.0.1:<port>/simple`, without credentials. */
  readonly url: string;
  /** The same with user name and password. */
  readonly urlWithCredentials: string;
  /** Paths that were asked for and answered. */
  readonly served: string[];
  /** Paths that were refused for want of the password. */
  readonly refused: string[];
  readonly add: (...wheels: readonly MadeWheel[]) => void;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

const closing: (() => void)[] = [];
afterAll(() => {
  for (const close of closing) close();
});

export async function serveIndex(
  wheels: readonly MadeWheel[],
  credentials?: Credentials,
): Promise<IndexServer> {
  const files = new Map<string, Buffer>();
  const served: string[] = [];
  const refused: string[] = [];
  const expected =
    credentials &&
    `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    if (expected !== undefined && request.headers.authorization !== expected) {
      refused.push(path);
      response.writeHead(401, { "www-authenticate": 'Basic realm="packages"' }).end("no\n");
      return;
    }
    served.push(path);
    const project = /^\/simple\/([^/]+)\/?$/.exec(path)?.[1];
    const file = files.get(path.replace(/^\/files\//, ""));
    if (project !== undefined) {
      const own = [...files].filter(([name]) => projectOf(name) === project);
      if (own.length === 0) response.writeHead(404).end();
      else response.setHeader("content-type", "text/html").end(own.map(renderLink).join("\n"));
    } else if (file) response.setHeader("content-type", "application/octet-stream").end(file);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const add = (...more: readonly MadeWheel[]): void => {
    for (const { name, bytes } of more) files.set(name, bytes);
  };
  add(...wheels);
  const host = `127.0.0.1:${port}/simple`;
  const secret = credentials ? `${credentials.username}:${encodeURIComponent(credentials.password)}@` : "";
  return { url: `http://${host}`, urlWithCredentials: `http://${secret}${host}`, served, refused, add };
}

function projectOf(file: string): string {
  return file
    .slice(0, file.indexOf("-"))
    .toLowerCase()
    .replaceAll(/[-_.]+/g, "-");
}

function renderLink([name, bytes]: readonly [string, Buffer]): string {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return `<a href="/files/${name}#sha256=${sha256}">${name}</a>`;
}
