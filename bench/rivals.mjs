/** What brig is measured against. Each rival is installed by itself; what cannot be had is said, not measured. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { run } from "./measure.mjs";

const place = join(tmpdir(), "brig-bench-rivals");
// The last Serverless Framework that asks for no login lives on as osls.
const npmPackages = ["osls@4.3.1", "serverless-offline@14.8.2"];
// Without pkg_resources, which newer setuptools leave out, python-lambda-local does not start.
const pythonPackages = ["python-lambda-local==0.1.13", "setuptools<81", "awscli==1.46.3"];

/** @returns the folder with the npm packages, or undefined */
function installServerless() {
  const folder = join(place, "npm");
  if (existsSync(join(folder, "node_modules", "osls"))) return folder;
  return attempt("serverless-offline", () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{"private": true}\n');
    const quiet = ["--no-audit", "--no-fund", "--legacy-peer-deps", "--ignore-scripts"];
    run("npm", ["install", ...quiet, ...npmPackages], { cwd: folder });
    return folder;
  });
}

/** @returns the folder with the programs of the Python packages, or undefined */
function installPrograms(python, name, packages, program) {
  const programs = join(place, name, "bin");
  if (existsSync(join(programs, program))) return programs;
  return attempt(packages.join(", "), () => {
    run(python, ["-m", "venv", "--clear", join(place, name)]);
    run(join(programs, "python"), ["-m", "pip", "install", "-q", ...packages]);
    return programs;
  });
}

/** @returns the path of SAM's command, or undefined */
export function installSam(python) {
  const programs = installPrograms(python, "sam", ["aws-sam-cli==1.170.0"], "sam");
  return programs && join(programs, "sam");
}

function attempt(name, install) {
  try {
    return install();
  } catch (error) {
    console.log(`left out, cannot be installed: ${name} (${String(error.message).split("\n")[0]})`);
    return undefined;
  }
}

export function installRivals(python) {
  return {
    serverless: installServerless(),
    programs: installPrograms(python, "python", pythonPackages, "aws"),
  };
}

/** `serverless.yml` with these functions of `folder`, each `NAME.handler` of `NAME.py`. */
export function writeServerless(folder, names, runtime, serverless) {
  const functions = Object.fromEntries(
    names.map((name) => [name, { handler: `${name}.handler`, timeout: 30 }]),
  );
  const service = {
    service: "bench",
    frameworkVersion: "*",
    provider: { name: "aws", runtime, region: "us-east-1" },
    plugins: ["serverless-offline"],
    functions,
  };
  // Plugins are looked for beside the service.
  symlinkSync(join(serverless, "node_modules"), join(folder, "node_modules"));
  // JSON is YAML, too.
  writeFileSync(join(folder, "serverless.yml"), JSON.stringify(service));
}

export function osls(serverless) {
  return join(serverless, "node_modules", ".bin", "osls");
}

/** The environment in which rivals find the very Python that brig uses. */
export function withPython(python, more = {}) {
  return { ...process.env, ...more, PATH: `${dirname(python)}${delimiter}${process.env.PATH}` };
}

/**
 * Starts a service and waits until its output shows where it listens.
 *
 * @param findUrl from all output so far to anything, undefined as long as it is not ready
 */
export async function startService(command, args, options, findReady) {
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise((resolve) => child.once("close", resolve));
  let output = "";
  const ready = await new Promise((resolve, reject) => {
    const look = (chunk) => {
      output += chunk;
      const found = findReady(output);
      if (found !== undefined) resolve(found);
    };
    child.stdout.setEncoding("utf8").on("data", look);
    child.stderr.setEncoding("utf8").on("data", look);
    child.once("error", reject);
    child.once("close", () => reject(new Error(`${command} ${args.join(" ")} ended:\n${output}`)));
  });
  for (const stream of [child.stdout, child.stderr]) stream.removeAllListeners("data").resume();
  const stop = async () => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
    await ended;
    clearTimeout(timer);
  };
  return { ready, pid: child.pid, stop };
}

/** serverless-offline with the service of `folder`; answers how a function's URL is made. */
export async function startServerless(serverless, folder, env, extra = []) {
  const [lambdaPort, httpPort, socketPort] = [13_002, 13_000, 13_001].map(String);
  const ports = ["--lambdaPort", lambdaPort, "--httpPort", httpPort, "--websocketPort", socketPort];
  const args = [osls(serverless), "offline", "--noTimeout", ...ports, ...extra];
  const service = await startService(process.execPath, args, { cwd: folder, env }, (output) =>
    output.includes("listening on") && output.includes("exposed for local invocation") ? true : undefined,
  );
  return {
    ...service,
    url: (name) => `http://127.0.0.1:${lambdaPort}/2015-03-31/functions/bench-dev-${name}/invocations`,
  };
}

/** A server of node:http that answers `{"echo": EVENT}` and does nothing else: what the way alone costs. */
export async function startEcho() {
  const program = `
    require("node:http").createServer((request, response) => {
      const parts = [];
      request.on("data", (part) => parts.push(part)).on("end", () => {
        const text = JSON.stringify({ echo: JSON.parse(Buffer.concat(parts)) });
        response.writeHead(200, { "content-type": "application/json", "content-length": text.length }).end(text);
      });
    }).listen(0, "127.0.0.1", function () { console.log("port " + this.address().port); });`;
  const service = await startService(
    process.execPath,
    ["-e", program],
    {},
    (output) => /port (\d+)\n/.exec(output)?.[1],
  );
  return { ...service, url: () => `http://127.0.0.1:${service.ready}/` };
}
