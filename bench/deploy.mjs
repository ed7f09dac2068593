#!/usr/bin/env node
/**
 * The figures of deploying: `node bench/deploy.mjs`, or the names of some (unchanged, changed, delta). Measured against
 * the tests' stand-in of AWS, which answers after 20 ms, lets 15 calls a second pass (GetFunction 100), and refuses what
 * is over that.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { run, seconds } from "./measure.mjs";

const root = join(import.meta.dirname, "..");
const brig = join(root, "dist", "brig.cjs");
const folder = mkdtempSync(join(tmpdir(), "brig-bench-deploy-"));
const names = process.argv.slice(2);
const { startStandIn } = await loadStandIn();
let missed = 0;

/** Node 20 takes no TypeScript. The bundle lies beside the sources, so that it finds the SDK. */
async function loadStandIn() {
  const file = join(root, "dist", "bench", "stand-in.mjs");
  const bundle = await rolldown({
    input: join(root, "test/stand-in/stand-in.ts"),
    platform: "node",
    external: [/^@aws-sdk\//, /^@smithy\//],
  });
  await bundle.write({ file, format: "esm", codeSplitting: false });
  return await import(file);
}

function report(figure, measured, wanted, reached) {
  if (!reached) missed += 1;
  console.log(
    `${figure.padEnd(46)} ${measured.padEnd(44)} ${reached ? "reached" : "MISSED"} (wanted: ${wanted})`,
  );
}

/** brig in a process of its own, while the stand-in answers in this one. */
function deploy(cwd, aws, args) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(
      process.execPath,
      [brig, "deploy", ...args, "--target", "live", "--yes", "--json", "-q"],
      {
        cwd,
        env: {
          ...process.env,
          ...aws.env,
          BRIG_CACHE_DIR: join(tmpdir(), "brig-bench-store"),
          NO_COLOR: "1",
        },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (text) => (stdout += text));
    child.stderr.on("data", (text) => (stderr += text));
    child.on("error", reject);
    child.on("close", (status) => {
      const milliseconds = performance.now() - started;
      if (status === 0) resolve({ milliseconds, rows: JSON.parse(stdout).functions });
      else reject(new Error(`brig deploy ended with ${status}:\n${stdout}${stderr}`));
    });
  });
}

function sourceOf(edition) {
  return `def lambda_handler(event, context):\n    return ${edition}\n`;
}

function commit(workspace) {
  run("git", ["add", "-A"], { cwd: workspace });
  run("git", ["-c", "user.name=Bench", "-c", "user.email=bench@example.org", "commit", "-qm", "Edit"], {
    cwd: workspace,
  });
}

function makeWorkspace(name, count) {
  const workspace = join(folder, name);
  for (let index = 1; index <= count; index += 1) edit(workspace, index, 1);
  writeFileSync(join(workspace, ".gitignore"), "stg/\nbuilds/\n");
  writeFileSync(
    join(workspace, "brig.yaml"),
    'function: {Runtime: python3.13, Timeout: 10, Role: "arn:aws:iam::123456789012:role/functions"}\n' +
      'targets: {live: {region: us-east-1, account: "123456789012"}}\n',
  );
  run("git", ["init", "-q"], { cwd: workspace });
  commit(workspace);
  return workspace;
}

function edit(workspace, index, edition) {
  const source = join(workspace, "functions", `function-${index}`, "src");
  mkdirSync(source, { recursive: true });
  writeFileSync(join(source, "lambda_function.py"), sourceOf(edition));
}

function build(workspace) {
  run(process.execPath, [brig, "build", "--all"], {
    cwd: workspace,
    env: { ...process.env, BRIG_CACHE_DIR: join(tmpdir(), "brig-bench-store") },
  });
}

function tally(aws, isWanted) {
  return aws.calls.filter(isWanted).length;
}

async function measureUnchanged() {
  const aws = await startStandIn();
  const workspace = makeWorkspace("unchanged", 100);
  await deploy(workspace, aws, ["--all"]);
  Object.assign(aws.behaviour, { latency: 20, throttle: true });
  const times = [];
  for (let round = 0; round < 3; round += 1) {
    aws.forgetCalls();
    // The bucket is full again.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const { milliseconds, rows } = await deploy(workspace, aws, ["--all"]);
    if (rows.some(({ status }) => status !== "unchanged")) throw new Error("something was deployed");
    times.push(milliseconds);
  }
  const calls = `${aws.calls.length} calls, ${tally(aws, ({ writes }) => writes)} writes, ${tally(aws, ({ fault }) => fault)} refused`;
  const worst = Math.max(...times);
  report(
    "unchanged deploy of 100 functions, 20 ms",
    `${seconds(worst)} (slowest of 3); ${calls}`,
    "≤ 3 s",
    worst <= 3000,
  );
  await aws.dispose();
}

async function measureChanged() {
  const aws = await startStandIn();
  const workspace = makeWorkspace("changed", 60);
  await deploy(workspace, aws, ["--all"]);
  for (let index = 1; index <= 60; index += 1) edit(workspace, index, 2);
  commit(workspace);
  build(workspace);
  Object.assign(aws.behaviour, { latency: 20, throttle: true });
  aws.forgetCalls();
  const { milliseconds, rows } = await deploy(workspace, aws, ["--all"]);
  if (rows.some(({ status }) => status !== "deployed")) throw new Error("something was not deployed");
  const limited = tally(
    aws,
    ({ service, operation, fault }) =>
      service === "lambda" && !["GetFunction", "Invoke"].includes(operation) && !fault,
  );
  const refused = tally(aws, ({ fault }) => fault);
  // 15 may go at once, the others each after a fifteenth of a second.
  const allowed = ((limited - 15) / 15) * 1000;
  const ratio = milliseconds / allowed;
  report(
    "60 changed functions, 15 calls a second",
    `${seconds(milliseconds)}, ${limited} calls allow ${seconds(allowed)}: ${ratio.toFixed(2)}x, ${refused} refused`,
    "≤ 1.2x",
    ratio <= 1.2,
  );
  await aws.dispose();
}

async function measureDelta() {
  const aws = await startStandIn({ buckets: ["code"] });
  const workspace = makeWorkspace("delta", 1);
  const path = join(workspace, "functions", "function-1");
  makeLargeWheel(path);
  writeFileSync(
    join(path, "brig.yaml"),
    "function: {MemorySize: 256, Code: {S3Bucket: code, S3Key: zips}}\n",
  );
  commit(workspace);
  await deploy(workspace, aws, ["--all"]);
  const size = aws.function("function-1").latest.code.zip.length;
  edit(workspace, 1, 2);
  commit(workspace);
  aws.forgetCalls();
  const { milliseconds } = await deploy(workspace, aws, ["--all"]);
  const sent = aws.calls.reduce((sum, { bytes }) => sum + bytes, 0);
  report(
    `one-line edit of a zip of ${Math.round(size / 1e6)} MB`,
    `${(sent / 1000).toFixed(1)} kB sent, in ${seconds(milliseconds)}`,
    "≤ 2 MB of 110 MB",
    sent <= 2e6 && size >= 110e6,
  );
  await aws.dispose();
}

/** A dependency with 112 MB of random bytes, which do not pack. */
function makeLargeWheel(path) {
  const program = `
import hashlib, sys, zipfile, base64
records = []
with zipfile.ZipFile("large-1.0-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
    def add(name, data):
        wheel.writestr(name, data)
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        records.append(f"{name},sha256={digest},{len(data)}\\n")
    add("large/__init__.py", b"")
    for index in range(14):
        with open(f"part-{index}", "rb") as part:
            add(f"large/part-{index}.bin", part.read())
    add("large-1.0.dist-info/METADATA", b"Metadata-Version: 2.1\\nName: large\\nVersion: 1.0\\n")
    add("large-1.0.dist-info/WHEEL", b"Wheel-Version: 1.0\\nGenerator: bench\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr("large-1.0.dist-info/RECORD", "".join(records) + "large-1.0.dist-info/RECORD,,\\n")
`;
  const scratch = join(folder, "wheel");
  mkdirSync(scratch);
  for (let index = 0; index < 14; index += 1)
    writeFileSync(join(scratch, `part-${index}`), randomBytes(8_000_000));
  run("python3", ["-c", program], { cwd: scratch });
  run("mv", [join(scratch, "large-1.0-py3-none-any.whl"), path]);
  writeFileSync(join(path, "requirements.txt"), "./large-1.0-py3-none-any.whl\n");
}

const figures = { unchanged: measureUnchanged, changed: measureChanged, delta: measureDelta };
try {
  for (const [name, measure] of Object.entries(figures)) {
    if (names.length === 0 || names.includes(name)) await measure();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
  rmSync(join(root, "dist", "bench"), { recursive: true, force: true });
}
process.exitCode = missed === 0 ? 0 : 1;
