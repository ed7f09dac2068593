import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { installFromNpm } from "./test-node.ts";

/** AWS's own client for Node, as one starts it. */
export interface NodeClient {
  /** Its release. */
  readonly release: string;
  /** What stands for /var/runtime. */
  readonly folder: string;
  /** Arguments of Node, before those that its memory gives. */
  readonly preload: readonly string[];
  /** The program. */
  readonly program: string;
}

/**
 * AWS's client for this version of Node: that of version 3 up to Node 22, and version 4 from 24 on, as on Lambda. All of
 * it is as published but its native module, a client of curl that would have to be compiled: another one in
 * JavaScript, with the same three functions, is put in its place.
 */
export function installNodeClient(major: number): NodeClient | undefined {
  const release = major >= 24 ? "4.0.2" : "3.3.0";
  const kept = installFromNpm(`aws-lambda-ric@${release}`, `aws-lambda-ric-${release}`, ["--ignore-scripts"]);
  if (kept === undefined) return undefined;
  const folder = join(kept, "node_modules", "aws-lambda-ric");
  const module = join(kept, "native-module.cjs");
  const start = join(folder, "start.mjs");
  writeFileSync(module, nativeModule);
  // Version 4 is the program itself.
  if (major < 24) writeFileSync(start, startVersion3);
  return {
    release,
    folder,
    preload: ["--require", module],
    program: major < 24 ? start : join(folder, "index.mjs"),
  };
}

const startVersion3 = `import { run } from "./dist/index.mjs";
await run(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
`;

/** `done` and `error` come back when the answer was taken: whoever calls them may end the process next. */
const nativeModule = `"use strict";
const http = require("node:http");
const { Module } = require("node:module");
const { Worker } = require("node:worker_threads");

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const path = "/2018-06-01/runtime/invocation/";
const poster = new Worker(
  \`const http = require("node:http");
  require("node:worker_threads").parentPort.on("message", ({ options, body, taken }) => {
    const request = http.request(options, (response) => response.resume().on("end", () => {
      Atomics.store(taken, 0, 1);
      Atomics.notify(taken, 0);
    }));
    request.end(body);
  });\`,
  { eval: true, execArgv: [], env: {} },
);
poster.unref();

function post(path, body, headers) {
  const taken = new Int32Array(new SharedArrayBuffer(4));
  const options = { host, port, path, method: "POST", agent: false, headers: { "content-type": "application/json", ...headers } };
  poster.postMessage({ options, body, taken });
  Atomics.wait(taken, 0, 0);
}

const client = {
  initializeClient() {},
  next: () =>
    new Promise((resolve, reject) => {
      const request = http.get({ host, port, path: path + "next", agent: false }, (response) => {
        let bodyJson = "";
        response.setEncoding("utf8").on("data", (text) => { bodyJson += text; });
        // Node reads headers as Latin 1; the client's own module hands their bytes on as UTF-8.
        const decode = ([name, value]) => [name, Buffer.from(String(value), "latin1").toString()];
        response.on("end", () => resolve({ bodyJson, headers: Object.fromEntries(Object.entries(response.headers).map(decode)) }));
      });
      request.on("error", reject);
    }),
  done: (id, body) => post(path + id + "/response", body),
  error: (id, body, cause) => post(path + id + "/error", body, { "lambda-runtime-function-xray-error-cause": encodeURIComponent(cause) }),
};

const load = Module._load;
Module._load = function (name, ...rest) {
  if (!String(name).endsWith("rapid-client.node")) return load.call(this, name, ...rest);
  // Once is enough: later it would stand in the traces of what functions load.
  Module._load = load;
  return client;
};
`;
