import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, createServer as createSocketServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import type { Context } from "../context.ts";
import { sha256Of } from "../store/content.ts";
import { type HttpClient, type HttpOptions, openHttp } from "./http.ts";
import { httpStatusOf } from "./http-fault.ts";
import { renderUrl, selectProxy } from "./http-route.ts";
import type { IndexSettings } from "./index-settings.ts";
import { bareSettings } from "./test-settings.ts";

const room = mkdtempSync(join(tmpdir(), "brig http "));
const bytes = Buffer.alloc(300_000, "wheel");
const sha256 = sha256Of(bytes);
const destination = join(room, "out", "file.whl");
const file = { sha256, size: bytes.length, name: "file.whl" };
const open: { close: () => unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  rmSync(join(room, "out"), { recursive: true, force: true });
});
afterAll(() => rmSync(room, { recursive: true, force: true }));

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push({ close: () => (server.closeAllConnections(), server.close()) });
  const address = server.address();
  return `127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}
const serve = async (listener: RequestListener): Promise<string> =>
  `http://${await listen(createServer(listener))}`;

const interruption = (): AbortController => new AbortController();

function client(
  settings: Partial<IndexSettings> = {},
  env: Context["env"] = {},
  options: HttpOptions = {},
  { signal } = interruption(),
): HttpClient {
  const context = { cwd: room, env, now: () => new Date(), signal, report: () => {} };
  const http = openHttp({ ...bareSettings, ...settings }, context, { retryDelay: 1, ...options });
  open.push(http);
  return http;
}
const leftovers = (): string[] => (existsSync(join(room, "out")) ? readdirSync(join(room, "out")) : []);
const basic = (request: IncomingMessage): string =>
  Buffer.from(request.headers.authorization?.replace("Basic ", "") ?? "", "base64").toString();

test("a file arrives whole, with progress; a page with its address and type", async () => {
  const origin = await serve((request, response) => {
    if (request.url === "/page") return response.writeHead(302, { location: "/simple/" }).end();
    if (request.url === "/simple/")
      return response.writeHead(200, { "content-type": request.headers.accept }).end("é");
    return response.end(bytes);
  });
  const seen: number[] = [];
  await client().download(`${origin}/f`, { ...file, onProgress: (done) => seen.push(done) }, destination);
  expect(readFileSync(destination).equals(bytes)).toBe(true);
  expect(seen.at(-1)).toBe(bytes.length);
  expect(leftovers()).toEqual(["file.whl"]);
  expect(await client().fetchText(`${origin}/page`, "text/x")).toEqual({
    text: "é",
    url: `${origin}/simple/`,
    contentType: "text/x",
  });
});

test.each([
  ["HTTP/1.0", "HTTP/1.0 200 OK\r\n", true],
  ["HTTP/1.0, without a length", "HTTP/1.0 200 OK\r\n", false],
  ["Connection: close", "HTTP/1.1 200 OK\r\nConnection: close\r\n", true],
])("an answer behind which the server closes the connection at once: %s", async (_, head, hasLength) => {
  // Just more than undici holds before it pauses: the end of the connection comes while it does.
  const body = bytes.subarray(0, 70_000);
  const length = hasLength ? `Content-Length: ${body.length}\r\n` : "";
  const server = createSocketServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end(Buffer.concat([Buffer.from(`${head}${length}\r\n`), body])));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push(server);
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  for (let count = 0; count < 5; count += 1) {
    await client().download(origin, { sha256: sha256Of(body), name: "file.whl" }, destination);
    expect(readFileSync(destination).equals(body)).toBe(true);
  }
});

test("wrong bytes, too many or of another hash, are refused and leave nothing", async () => {
  const origin = await serve((_, response) => response.end(bytes));
  for (const wrong of [
    { ...file, sha256: sha256Of("other") },
    { ...file, size: 10 },
    { ...file, sha256: sha256Of(""), size: undefined },
  ])
    await expect(client().download(origin, wrong, destination)).rejects.toMatchObject({
      code: "hash-mismatch",
    });
  expect(leftovers()).toEqual([]);
});

test("503, 429 and cut connections are tried again", async () => {
  let count = 0;
  const origin = await serve((_, response) => {
    count++;
    if (count === 1) return response.writeHead(503).end();
    if (count === 2) return response.writeHead(429, { "retry-after": "0" }).end();
    if (count === 3) {
      response
        .writeHead(200, { "content-length": bytes.length })
        .write(bytes.subarray(0, 1000), () => response.destroy());
      return response;
    }
    return response.end(bytes);
  });
  await client().download(origin, file, destination);
  expect(count).toBe(4);
  expect(readFileSync(destination).equals(bytes)).toBe(true);
});

test("a body that ends early without saying so is tried again, then given up", async () => {
  let count = 0;
  const origin = await serve((_, response) => {
    count++;
    response.removeHeader("content-length");
    response.write(bytes.subarray(0, 1000));
    response.end();
  });
  await expect(client().download(origin, file, destination)).rejects.toMatchObject({
    code: "download-failed",
    message: expect.stringContaining("ended after 1000 of 300000 bytes"),
  });
  expect(count).toBe(4);
  expect(leftovers()).toEqual([]);
});

test("404 is final, and the error shows no credentials, neither of the URL nor of its query", async () => {
  let count = 0;
  const origin = await serve((_, response) => (count++, response.writeHead(404).end()));
  const url = `${origin.replace("//", "//user:hunter2@")}/f.whl?signature=hunter2`;
  const error: unknown = await client()
    .fetchText(url, "*/*")
    .catch((cause: unknown) => cause);
  expect(error).toMatchObject({ code: "download-failed", message: expect.stringContaining("404") });
  expect(httpStatusOf(error)).toBe(404);
  expect(JSON.stringify(error) + String(error)).not.toContain("hunter2");
  expect(count).toBe(1);
  expect(renderUrl(new URL(url))).toBe(`${origin}/f.whl`);
});

test("credentials come from the index of that origin or from netrc, and go to no other origin", async () => {
  const heard: string[] = [];
  const other = await serve(
    (request, response) => (heard.push(`other ${basic(request)}`), response.end(bytes)),
  );
  const origin = await serve((request, response) => {
    heard.push(`${request.url} ${basic(request)}`);
    if (!request.headers.authorization) return response.writeHead(401).end();
    return response.writeHead(307, { location: other }).end();
  });
  const indexes = [
    { url: `${origin}/a/simple/`, username: "a", password: "pa" },
    { url: `${origin}/b/simple/`, username: "b", password: "p:b" },
  ];
  await client({ indexes }).download(`${origin}/b/file`, file, destination);
  expect(heard).toEqual(["/b/file b:p:b", "other "]);
  heard.length = 0;
  await expect(client().download(origin, file, destination)).rejects.toMatchObject({
    code: "download-failed",
    hint: expect.stringContaining(".netrc"),
  });
  const netrc = join(room, "netrc");
  writeFileSync(netrc, "machine example.org login x password y\nmachine localhost login n password w\n");
  heard.length = 0;
  const named = origin.replace("127.0.0.1", "localhost");
  await client({ netrc }).download(`${named}/f`, file, destination);
  expect(heard).toEqual(["/f n:w", "other "]);
});

test("redirects have an end, and lead nowhere but to http", async () => {
  const origin = await serve((request, response) =>
    response.writeHead(301, { location: request.url === "/file" ? "file:///etc/passwd" : "/again" }).end(),
  );
  for (const path of ["/", "/file"])
    await expect(client().fetchText(origin + path, "*/*")).rejects.toMatchObject({ code: "download-failed" });
});

test("offline nothing is asked for, and what is missing is named", async () => {
  for (const http of [client({}, { BRIG_OFFLINE: "1" }), client({}, {}, { offline: true })])
    await expect(http.download("http://127.0.0.1:1/", file, destination)).rejects.toMatchObject({
      code: "offline",
      message: expect.stringContaining("file.whl"),
    });
});

test("an interruption stops a download and leaves nothing", async () => {
  const controller = interruption();
  const origin = await serve((_, response) => response.write(bytes.subarray(0, 1000)));
  const download = client({}, {}, {}, controller).download(
    origin,
    { ...file, onProgress: () => controller.abort() },
    destination,
  );
  await expect(download).rejects.toMatchObject({ code: "interrupted" });
  expect(leftovers()).toEqual([]);
});

test("a silent server is given up after the timeout", async () => {
  const origin = await serve(() => {});
  await expect(client({ timeout: 100 }).fetchText(origin, "*/*")).rejects.toMatchObject({
    message: expect.stringContaining("no answer came in time"),
  });
});

test("proxies: plain requests and tunnels go through it with its credentials", async () => {
  const { key, cert, authority } = makeCertificates();
  const plain = await serve((_, response) => response.end("plain"));
  const secure = `https://${await listen(createTlsServer({ key, cert }, (_, response) => response.end("secure")))}`;
  const heard: string[] = [];
  const server = createServer((request, response) => {
    heard.push(`${request.method} ${request.headers["proxy-authorization"]}`);
    response.end(`via ${request.url}`);
  });
  server.on("connect", (request: IncomingMessage, socket: Socket) => {
    heard.push(`CONNECT ${request.headers["proxy-authorization"]}`);
    const { hostname, port } = new URL(`http://${request.url}`);
    const onward = connect(Number(port), hostname, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    socket.on("error", () => {});
  });
  const address = await listen(server);
  const token = `Basic ${Buffer.from("me:p@ss").toString("base64")}`;
  const proxied = client({ proxy: `http://me:p%40ss@${address}`, caFiles: [authority] });
  expect((await proxied.fetchText(`${plain}/x`, "*/*")).text).toBe(`via ${plain}/x`);
  expect((await proxied.fetchText(secure, "*/*")).text).toBe("secure");
  expect(heard).toEqual([`GET ${token}`, `CONNECT ${token}`]);
  const exempt = client({ caFiles: [authority] }, { https_proxy: address, NO_PROXY: "127.0.0.1" });
  expect((await exempt.fetchText(secure, "*/*")).text).toBe("secure");
  expect(heard).toHaveLength(2);
});

test("a certificate of one's own authority: refused, trusted by file, or not checked for a named host", async () => {
  const { key, cert, authority } = makeCertificates();
  const address = await listen(createTlsServer({ key, cert }, (_, response) => response.end("secure")));
  await expect(client().fetchText(`https://${address}`, "*/*")).rejects.toMatchObject({
    code: "download-failed",
    hint: expect.stringContaining("SSL_CERT_FILE"),
  });
  const trusting: Partial<IndexSettings>[] = [
    { caFiles: [join(room, "missing.pem"), authority] },
    { caDirectory: join(room, "authorities") },
    { insecureHosts: ["127.0.0.1"] },
    { insecureHosts: [address] },
  ];
  for (const settings of trusting)
    expect((await client(settings).fetchText(`https://${address}`, "*/*")).text).toBe("secure");
});

function proxyOf(url: string, env: Context["env"]): string | undefined {
  return selectProxy(new URL(url), bareSettings, env);
}

test("which proxy is for which URL", () => {
  const env = { HTTPS_PROXY: "s:1", http_proxy: "http://h", ALL_PROXY: "socks5://a" };
  expect(proxyOf("https://x.org/", env)).toBe("http://s:1");
  expect(proxyOf("http://x.org/", env)).toBe("http://h");
  expect(proxyOf("http://x.org/", { ALL_PROXY: "socks5://a" })).toBe("socks5://a");
  for (const list of ["*", "x.org", ".x.org", "*.x.org", "y, a.x.org:443"])
    expect(proxyOf("https://a.x.org/", { ...env, NO_PROXY: list })).toBeUndefined();
  for (const list of ["", "ax.org", "x.or", "x.org:80"])
    expect(proxyOf("https://a.x.org/", { ...env, no_proxy: list })).toBe("http://s:1");
  expect(proxyOf("http://[::1]:8/", { ...env, no_proxy: "::1" })).toBe("http://h");
  expect(proxyOf("http://[::1]:8/", { ...env, no_proxy: "[::1]" })).toBeUndefined();
});

function makeCertificates(): { key: Buffer; cert: Buffer; authority: string } {
  const folder = join(room, "authorities");
  const path = (name: string): string => join(folder, name);
  if (!existsSync(folder)) {
    execFileSync("mkdir", ["-p", folder]);
    writeFileSync(path("san"), "subjectAltName=IP:127.0.0.1\n");
    const run = (...args: string[]): unknown => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    run(
      "req",
      "-x509",
      ...key,
      "-keyout",
      "ca.key",
      "-out",
      "ca.pem",
      "-days",
      "2",
      "-subj",
      "/CN=authority",
    );
    run("req", ...key, "-keyout", "key", "-out", "request", "-subj", "/CN=127.0.0.1");
    run(
      "x509",
      "-req",
      "-in",
      "request",
      "-CA",
      "ca.pem",
      "-CAkey",
      "ca.key",
      "-CAcreateserial",
      "-out",
      "cert",
      "-days",
      "2",
      "-extfile",
      "san",
    );
  }
  return { key: readFileSync(path("key")), cert: readFileSync(path("cert")), authority: path("ca.pem") };
}

test("an address that is no URL, for its password is not encoded, does not show it", async () => {
  const fault = client().fetchText("https://joe:s3cr3t/word@index.example/simple/", "text/html");
  await expect(fault).rejects.toMatchObject({
    code: "download-failed",
    message: '"https://***@index.example/simple/" has an address that is no URL',
  });
  const proxied = client({ proxy: "http://joe:s3cr3t/word@proxy.example" }).fetchText(
    "http://a.example/",
    "",
  );
  await expect(proxied).rejects.toMatchObject({
    message: "cannot get http://a.example/: the address of its proxy is no URL",
  });
});
