#!/usr/bin/env node
/**
 * The figures of local Lambda: `node bench/local.mjs`, or the names of some (first, warm, invoke, crowd, edit, memory).
 * Every one stands beside a named rival in the same run, the sides in turn. Rivals are installed from npm and PyPI into
 * a temporary folder; what cannot be installed is said. TMPDIR=/dev/shm takes the disk out of the comparison.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, timeCrowd, timeEach, timeUntil } from "./client.mjs";
import { findTools, inTurn, median, percentile, run } from "./measure.mjs";
import {
  installRivals,
  osls,
  startEcho,
  startServerless,
  startService,
  withPython,
  writeServerless,
} from "./rivals.mjs";

const brig = join(import.meta.dirname, "..", "dist", "brig.cjs");
const folder = mkdtempSync(join(tmpdir(), "brig-bench-local-"));
const env = { ...process.env, BRIG_CACHE_DIR: join(tmpdir(), "brig-bench-store"), NO_COLOR: "1" };
const handler = 'import json\n\ndef handler(event, context):\n    return {"echo": event}\n';
const rounds = 9;

const results = [];
function report(figure, ours, rival, wanted, reached) {
  results.push(reached);
  const verdict = reached ? "reached" : "MISSED";
  console.log(`${figure.padEnd(38)} ${ours.padEnd(18)} ${rival.padEnd(44)} ${verdict.padEnd(8)} ${wanted}`);
}
const shown = (milliseconds) => `${milliseconds.toFixed(milliseconds < 10 ? 2 : 0)} ms`;
function compare(figure, times, rival, wanted, isReached) {
  if (times[rival] === undefined) return;
  const ratio = times[rival] / times.brig;
  const unit = ratio >= 1 ? `${ratio.toFixed(1)}x faster` : `${(1 / ratio).toFixed(2)}x slower`;
  report(figure, shown(times.brig), `${rival} ${shown(times[rival])} (${unit})`, wanted, isReached(ratio));
}

/** A workspace for brig and a service for the rival, with the same functions. */
function makeWorkspace(name, functions, requirements) {
  const root = join(folder, name);
  const rival = join(folder, `${name}-rival`);
  mkdirSync(rival, { recursive: true });
  for (const [each, source] of Object.entries(functions)) {
    const path = join(root, "functions", each);
    mkdirSync(join(path, "src"), { recursive: true });
    writeFileSync(join(path, "src", "app.py"), source);
    if (requirements !== undefined) writeFileSync(join(path, "requirements.txt"), requirements);
    writeFileSync(join(rival, `${each}.py`), source);
  }
  writeFileSync(join(root, "brig.yaml"), "function: {Handler: app.handler, Runtime: python3.13}\n");
  writeFileSync(join(root, ".gitignore"), "stg/\nbuilds/\n");
  run("git", ["init", "-q"], { cwd: root });
  return { root, rival };
}

async function serve(root) {
  const args = [brig, "serve", "--port", "0", "--json"];
  const service = await startService(
    process.execPath,
    args,
    { cwd: root, env },
    (output) => /"endpoint":"([^"]+)"/.exec(output)?.[1],
  );
  return { ...service, url: (name) => `${service.ready}/2015-03-31/functions/${name}/invocations` };
}

const names = Array.from({ length: rounds + 1 }, (_, index) => `hello${index}`);
const plain = makeWorkspace("plain", Object.fromEntries(names.map((name) => [name, handler])));
const { python } = findTools(brig, plain.root, env);
const { serverless, programs } = installRivals(python);
if (serverless !== undefined) writeServerless(plain.rival, names, "python3.13", serverless);

/** Runs `use` with brig and its rivals started; what is not there is left out. */
async function withServices(use) {
  const services = { brig: await serve(plain.root), "node:http echo": await startEcho() };
  if (serverless !== undefined)
    services["serverless-offline"] = await startServerless(serverless, plain.rival, withPython(python));
  try {
    await use(services);
  } finally {
    for (const service of Object.values(services)) await service.stop();
  }
}

const figures = {
  async first() {
    await withServices(async ({ "node:http echo": _echo, ...services }) => {
      const times = { brig: [], "serverless-offline": [], "bare python3": [] };
      for (const [round, name] of names.entries()) {
        for (const [side, service] of Object.entries(services)) {
          const client = connect();
          const [time] = await timeEach(client, service.url(name), 1);
          client.close();
          if (round > 0) times[side].push(time);
        }
        const bare = run(python, ["-c", "import json"]).milliseconds;
        if (round > 0) times["bare python3"].push(bare);
      }
      const medians = Object.fromEntries(
        Object.entries(times).flatMap(([side, all]) => (all.length > 0 ? [[side, median(all)]] : [])),
      );
      const figure = "first invoke, Python";
      compare(figure, medians, "serverless-offline", "faster", (ratio) => ratio > 1);
      const over = medians.brig - medians["bare python3"];
      compare(figure, medians, "bare python3", `<= bare + 60 ms: + ${shown(over)}`, () => over <= 60);
    });
  },
  async warm() {
    await withServices(async (services) => {
      const times = Object.fromEntries(Object.keys(services).map((side) => [side, []]));
      const clients = Object.fromEntries(Object.keys(services).map((side) => [side, connect()]));
      for (let block = 0; block <= 10; block += 1) {
        for (const [side, service] of Object.entries(services)) {
          const block200 = await timeEach(clients[side], service.url(names[0]), 200);
          if (block > 0) times[side].push(...block200);
        }
      }
      for (const client of Object.values(clients)) client.close();
      for (const [figure, part] of [
        ["warm invoke, keep-alive, p50", 0.5],
        ["warm invoke, keep-alive, p99", 0.99],
      ]) {
        const values = Object.fromEntries(
          Object.entries(times).map(([side, all]) => [side, percentile(all, part)]),
        );
        compare(figure, values, "serverless-offline", "ahead", (ratio) => ratio > 1);
        compare(figure, values, "node:http echo", "<= 1.0 ms", () => values.brig <= 1);
      }
    });
  },
  invoke() {
    const event = join(plain.rival, "event.json");
    writeFileSync(event, '{"index": 1}');
    const call = (command, args, cwd, environment) => () =>
      run(command, args, { cwd, env: environment }).milliseconds;
    const invoke = [brig, "invoke", names[0], "--payload", '{"index": 1}'];
    const sides = { brig: call(process.execPath, invoke, plain.root, env) };
    if (programs !== undefined) {
      const local = ["-f", "handler", `${names[0]}.py`, event];
      sides["python-lambda-local"] = call(join(programs, "python-lambda-local"), local, plain.rival, env);
      sides["aws --version"] = call(join(programs, "aws"), ["--version"], plain.rival, env);
    }
    if (serverless !== undefined) {
      const args = [osls(serverless), "invoke", "local", "-f", names[0], "-p", event];
      sides["serverless invoke local"] = call(process.execPath, args, plain.rival, withPython(python));
    }
    const times = inTurn(sides, rounds);
    const figure = "brig invoke, no service running";
    compare(figure, times, "serverless invoke local", "-", () => true);
    compare(figure, times, "python-lambda-local", "-", () => true);
    compare(figure, times, "aws --version", "<= 250 ms", () => times.brig <= 250);
  },
  async crowd() {
    await withServices(async (services) => {
      const rates = Object.fromEntries(Object.keys(services).map((side) => [side, []]));
      const wrong = Object.fromEntries(Object.keys(services).map((side) => [side, { lost: 0, crossed: 0 }]));
      for (let round = 0; round <= 4; round += 1) {
        for (const [side, service] of Object.entries(services)) {
          const done = await timeCrowd(service.url(names[0]), 16, 1000);
          wrong[side].lost += done.lost;
          wrong[side].crossed += done.crossed;
          // The first one counts, too: environments are started in it.
          rates[side].push(1000 / (done.milliseconds / 1000));
        }
      }
      const rival = "serverless-offline";
      const figure = "1,000 invokes by 16 clients";
      const rate = (value) => `${Math.round(value)}/s`;
      const cold = (side) => rates[side][0];
      const warm = (side) => median(rates[side].slice(1));
      const compareRates = (when, pick) => {
        if (services[rival] === undefined) return;
        const [ours, theirs] = [pick("brig"), pick(rival)];
        const ratio = `${rival} ${rate(theirs)} (${(ours / theirs).toFixed(1)}x)`;
        report(`${figure}, ${when}`, rate(ours), ratio, "highest", ours > theirs);
      };
      compareRates("cold", cold);
      compareRates("warm", warm);
      report(figure, rate(warm("brig")), `node:http echo ${rate(warm("node:http echo"))}`, "-", true);
      const { lost, crossed } = wrong.brig;
      const theirs =
        wrong[rival] === undefined ? "" : `${rival} ${wrong[rival].lost}, ${wrong[rival].crossed}`;
      report(`${figure}, lost, crossed`, `${lost}, ${crossed}`, theirs, "none", lost + crossed === 0);
    });
  },
  async edit() {
    const source = (edits) =>
      `import numpy\n\ndef handler(event, context):\n    return {"edit": ${edits}, "sum": int(numpy.arange(4).sum())}\n`;
    const requirements = "numpy==2.3.5\n";
    const { root, rival } = makeWorkspace("numpy", { science: source(0) }, requirements);
    const services = { brig: await serve(root) };
    if (serverless !== undefined) {
      writeServerless(rival, ["science"], "python3.13", serverless);
      const packages = join(folder, "numpy-packages");
      const install = ["-m", "pip", "install", "-q", "--disable-pip-version-check", "--target", packages];
      run(python, [...install, requirements.trim()]);
      const environment = withPython(python, { PYTHONPATH: packages });
      services["serverless-offline"] = await startServerless(serverless, rival, environment, [
        "--reloadHandler",
      ]);
    }
    try {
      const files = {
        brig: join(root, "functions", "science", "src", "app.py"),
        "serverless-offline": join(rival, "science.py"),
      };
      const times = Object.fromEntries(Object.keys(services).map((side) => [side, []]));
      const clients = Object.fromEntries(Object.keys(services).map((side) => [side, connect()]));
      for (let edits = 0; edits <= rounds; edits += 1) {
        for (const [side, service] of Object.entries(services)) {
          const isNew = (answer) => JSON.parse(answer).edit === edits;
          if (edits > 0) writeFileSync(files[side], source(edits));
          const time = await timeUntil(clients[side], service.url("science"), isNew);
          // The first edit goes through more of the program than those after it.
          if (edits > 1) times[side].push(time);
          // A person's next edit does not come in the same moment.
          await sleep(400);
        }
      }
      for (const client of Object.values(clients)) client.close();
      const medians = Object.fromEntries(Object.entries(times).map(([side, all]) => [side, median(all)]));
      const figure = "edit -> new answer, numpy";
      compare(figure, medians, "serverless-offline", "-", () => true);
      report(figure, shown(medians.brig), "", "<= 300 ms", medians.brig <= 300);
      reportMemory("memory of the service after edits", services);
    } finally {
      for (const service of Object.values(services)) await service.stop();
    }
  },
  async memory() {
    await withServices(async ({ "node:http echo": _echo, ...services }) => {
      for (const service of Object.values(services)) {
        const client = connect();
        await timeEach(client, service.url(names[0]), 10);
        client.close();
      }
      await sleep(1000);
      reportMemory("memory of the idle service", services);
    });
  },
};

function reportMemory(figure, services) {
  const rival = services["serverless-offline"];
  const ours = residentMemory(services.brig.pid);
  const theirs = rival === undefined ? "" : `serverless-offline ${residentMemory(rival.pid)} MB`;
  report(figure, `${ours} MB`, theirs, "<= 90 MB", ours <= 90);
}

/** MB of the service's own process. */
function residentMemory(pid) {
  if (existsSync("/proc/self/status")) {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
  }
  return Math.round(Number(run("ps", ["-o", "rss=", "-p", String(pid)]).stdout) / 1024);
}

try {
  if (!existsSync(brig)) throw new Error("bundle brig first: npm run build");
  run(process.execPath, [brig, "build", "--all", "--no-test"], { cwd: plain.root, env });
  const chosen = process.argv.slice(2);
  for (const [name, measure] of Object.entries(figures)) {
    if (chosen.length === 0 || chosen.includes(name)) await measure();
  }
  process.exitCode = results.every(Boolean) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
