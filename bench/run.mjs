#!/usr/bin/env node
/**
 * The figures of README.md: `node bench/run.mjs`, or the names of some. Every one is a ratio against a named rival in
 * the same run, warm caches on both sides. Needs zip; rivals that are not installed are fetched into a temporary folder
 * (uv, sam) or said to be left out. A disk under load blurs what is compared:
 * TMPDIR=/dev/shm takes it out of the comparison, for both sides.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findTools, inTurn, run, seconds } from "./measure.mjs";
import { installSam } from "./rivals.mjs";

const brig = join(import.meta.dirname, "..", "dist", "brig.cjs");
const folder = mkdtempSync(join(tmpdir(), "brig-bench-"));
const env = {
  ...process.env,
  BRIG_CACHE_DIR: join(folder, "store"),
  UV_CACHE_DIR: join(tmpdir(), "brig-bench-uv"),
  NO_COLOR: "1",
};
const requirements = "numpy==2.3.5\npandas==2.3.3\nscipy==1.16.3\nrequests\nboto3\n";
const source = "import json\n\ndef lambda_handler(event, context):\n    return {'edit': 0}\n";

/** The set of the figures: by default without bytecode, since with it Lambda's limit would be passed. */
const set = {
  brig: "function: {Runtime: python3.13}\n",
  withBytecode: "function: {Runtime: python3.13}\nbuild: {bytecode: true}\n",
};

const results = [];
function report(figure, side, rival, unit, reached, wanted) {
  results.push({ figure, side, rival, unit, reached, wanted });
  console.log(
    `${figure.padEnd(42)} ${side.padEnd(10)} ${rival.padEnd(26)} ${unit.padEnd(10)} ${reached ? "reached" : "MISSED"} (${wanted})`,
  );
}
function compare(figure, times, rival, wanted, isReached) {
  const ratio = times[rival] / times.brig;
  const shown = ratio >= 1 ? `${ratio.toFixed(1)}x faster` : `${(1 / ratio).toFixed(2)}x slower`;
  report(figure, seconds(times.brig), `${rival} ${seconds(times[rival])}`, shown, isReached(ratio), wanted);
}

function makeWorkspace(name, settings) {
  const root = join(folder, name);
  const path = join(root, "functions", "science");
  mkdirSync(join(path, "src"), { recursive: true });
  writeFileSync(join(root, "brig.yaml"), settings);
  writeFileSync(join(root, ".gitignore"), "stg/\nbuilds/\n");
  writeFileSync(join(path, "requirements.txt"), requirements);
  writeFileSync(join(path, "src", "lambda_function.py"), source);
  commitAll(root);
  return { root, path };
}

function commitAll(root) {
  const git = ["-c", "user.name=bench", "-c", "user.email=bench@example.invalid"];
  for (const args of [
    ["init", "-q"],
    ["add", "-A"],
    ["commit", "-qm", "Lock"],
  ])
    run("git", [...git, ...args], { cwd: root });
}

function build(path, extra = ["--no-test"]) {
  return run(process.execPath, [brig, "build", ...extra], { cwd: path, env }).milliseconds;
}

let edits = 0;
function edit(path) {
  edits += 1;
  writeFileSync(join(path, "src", "lambda_function.py"), source.replace("0", String(edits)));
}

const { root, path } = makeWorkspace("workspace", set.brig);
console.log("preparing: first builds …");
const cold = measurePeak(path);
commitAll(root);
build(path);
const zip = readdirSync(join(path, "builds")).find((name) => name.endsWith(".zip"));
const zipSize = statSync(join(path, "builds", zip)).size;
const { python, uv } = findTools(brig, root, env);

/** Peak resident memory of a build's largest process, in bytes (getrusage of children). */
function measurePeak(at) {
  const program =
    "import resource,subprocess,sys; c=subprocess.run(sys.argv[1:],stdout=2).returncode; print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(c)";
  const { stdout } = run("python3", ["-c", program, process.execPath, brig, "build", "--no-test"], {
    cwd: at,
    env,
  });
  return Number(stdout) * 1024;
}

const rivalTree = join(folder, "rival");
function rivalInstall(installer) {
  const target = join(rivalTree, installer, "package");
  rmSync(target, { recursive: true, force: true });
  const file = join(path, "requirements.txt");
  const started = performance.now();
  if (installer === "uv")
    run(uv, ["pip", "install", "-q", "--python", python, "--target", target, "-r", file], { env });
  else
    run(python, [
      "-m",
      "pip",
      "install",
      "-q",
      "--disable-pip-version-check",
      "--target",
      target,
      "-r",
      file,
    ]);
  run("cp", [join(path, "src", "lambda_function.py"), target]);
  const archive = join(rivalTree, installer, "package.zip");
  rmSync(archive, { force: true });
  run("zip", ["-qr", archive, "."], { cwd: target });
  return performance.now() - started;
}

/** Against the cleverest thing that can be done by hand, on the very tree that brig packs. */
function compareWithUpdate(figure, at) {
  const target = join(rivalTree, "update", "package");
  const archive = join(rivalTree, "update", "package.zip");
  rmSync(join(rivalTree, "update"), { recursive: true, force: true });
  mkdirSync(join(rivalTree, "update"), { recursive: true });
  run("cp", ["-r", join(at, "stg"), target]);
  run("zip", ["-qr", archive, "."], { cwd: target });
  const times = inTurn(
    {
      brig: () => {
        edit(at);
        const milliseconds = build(at);
        keepFew(join(at, "builds"));
        return milliseconds;
      },
      "zip -qru": () => {
        edits += 1;
        const file = join(target, "lambda_function.py");
        writeFileSync(file, source.replace("0", String(edits)));
        // zip -u looks at times, in steps of two seconds.
        utimesSync(file, Date.now() / 1000 + 4 * edits, Date.now() / 1000 + 4 * edits);
        return run("zip", ["-qru", archive, "."], { cwd: target }).milliseconds;
      },
    },
    9,
  );
  compare(figure, times, "zip -qru", "faster", (ratio) => ratio > 1);
}

/** Zips of earlier edits: a folder in memory would fill up with them. */
function keepFew(builds) {
  const zips = readdirSync(builds).filter((name) => /^\d.*\.zip$/.test(name));
  for (const name of zips.toSorted().slice(0, -4)) rmSync(join(builds, name), { force: true });
}

const figures = {
  edit() {
    const set106 = makeWorkspace("with-bytecode", set.withBytecode);
    build(set106.path);
    commitAll(set106.root);
    compareWithUpdate("one line edited, tests off", path);
    compareWithUpdate("the same, with bytecode", set106.path);
    const times = inTurn({ brig: () => (edit(path), build(path)) }, 7);
    const slow = inTurn({ "uv + zip": () => rivalInstall("uv") }, 2);
    const slower = inTurn({ "pip + zip": () => rivalInstall("pip") }, 1);
    const figure = "one line edited, tests off";
    compare(figure, { ...times, ...slow }, "uv + zip", ">= 25x", (ratio) => ratio >= 25);
    compare(figure, { ...times, ...slower }, "pip + zip", "-", () => true);
    const fresh = inTurn(
      {
        brig: () => {
          rmSync(join(path, "stg"), { recursive: true, force: true });
          rmSync(join(path, "builds"), { recursive: true, force: true });
          edit(path);
          return build(path);
        },
      },
      5,
    );
    compare(
      "the same, stg/ and builds/ gone",
      { ...fresh, ...slow },
      "uv + zip",
      ">= 8x",
      (ratio) => ratio >= 8,
    );
  },
  nothing() {
    build(path, []);
    const times = inTurn({ brig: () => build(path, []), "node -e 0": bareNode }, 15);
    compare("nothing changed", times, "node -e 0", "<= 1.5x", (ratio) => 1 / ratio <= 1.5);
  },
  help() {
    const help = () => run(process.execPath, [brig, "--help"], { env }).milliseconds;
    const times = inTurn({ brig: help, "node -e 0": bareNode }, 25);
    compare("brig --help", times, "node -e 0", "<= 1.25x", (ratio) => 1 / ratio <= 1.25);
  },
  hundred() {
    const many = join(folder, "hundred");
    for (let index = 0; index < 100; index += 1) {
      const each = join(many, "functions", `f${String(index).padStart(2, "0")}`);
      mkdirSync(join(each, "src"), { recursive: true });
      writeFileSync(join(each, "requirements.txt"), "boto3\nrequests\n");
      writeFileSync(join(each, "src", "lambda_function.py"), `${source}# ${index}\n`);
    }
    writeFileSync(join(many, "brig.yaml"), "function: {Runtime: python3.13}\n");
    run("git", ["init", "-q"], { cwd: many });
    const all = () => run(process.execPath, [brig, "build", "--all"], { cwd: many, env }).milliseconds;
    console.log(`100 functions sharing boto3 and requests, first build: ${seconds(all())}`);
    const times = inTurn({ brig: all, "node -e 0": bareNode }, 5);
    compare("100 functions, nothing changed", times, "node -e 0", "<= 1 s", () => times.brig <= 1000);
  },
  bytecode() {
    // With scipy and boto3 beside it, bytecode would pass Lambda's limit and is left out: pandas alone, as it would be.
    const only = join(root, "functions", "pandas");
    mkdirSync(join(only, "src"), { recursive: true });
    writeFileSync(join(only, "requirements.txt"), "numpy==2.3.5\npandas==2.3.3\n");
    writeFileSync(join(only, "src", "lambda_function.py"), source);
    build(only);
    const tree = join(only, "stg");
    const plain = join(folder, "plain");
    rmSync(plain, { recursive: true, force: true });
    run("cp", ["-r", tree, plain]);
    run("find", [plain, "-name", "__pycache__", "-prune", "-exec", "rm", "-rf", "{}", "+"]);
    const load = (place) => () =>
      run(python, [
        "-B",
        "-S",
        "-c",
        `import sys; sys.path.insert(0, ${JSON.stringify(place)}); import pandas`,
      ]).milliseconds;
    const times = inTurn({ brig: load(tree), "no bytecode": load(plain) }, 5);
    compare("import pandas", times, "no bytecode", ">= 4x", (ratio) => ratio >= 4);
  },
  memory() {
    rmSync(join(path, "stg"), { recursive: true, force: true });
    rmSync(join(path, "builds"), { recursive: true, force: true });
    const allowed = 3 * zipSize + 120e6;
    const shown = (bytes) => `${Math.round(bytes / 1e6)} MB`;
    const tell = (figure, peak) =>
      report(
        figure,
        shown(peak),
        `zip ${shown(zipSize)}`,
        `${(peak / zipSize).toFixed(1)}x`,
        peak <= allowed,
        `<= 3x + 120 MB = ${shown(allowed)}`,
      );
    tell("peak memory of the first build", measurePeak(path));
    tell("the same, nothing in the store", cold);
  },
  sam() {
    const sam = installSam(python);
    if (sam === undefined) return;
    const project = join(folder, "sam");
    mkdirSync(join(project, "src"), { recursive: true });
    writeFileSync(join(project, "src", "requirements.txt"), requirements);
    writeFileSync(join(project, "src", "lambda_function.py"), source);
    writeFileSync(
      join(project, "template.yaml"),
      "Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties: {CodeUri: src, Handler: lambda_function.lambda_handler, Runtime: python3.13}\n",
    );
    const options = {
      cwd: project,
      env: { ...process.env, SAM_CLI_TELEMETRY: "0", PATH: `${join(python, "..")}:${process.env.PATH}` },
    };
    const samBuild = (extra) => run(sam, ["build", ...extra], options).milliseconds;
    const zipped = () => {
      const archive = join(project, "f.zip");
      rmSync(archive, { force: true });
      return (
        samBuild([]) +
        run("zip", ["-qr", archive, "."], { cwd: join(project, ".aws-sam", "build", "F") }).milliseconds
      );
    };
    const times = inTurn({ brig: () => (edit(path), build(path)), "sam build + zip": zipped }, 1);
    compare("one line edited, tests off", times, "sam build + zip", "-", () => true);
    samBuild(["--cached"]);
    const cached = inTurn(
      { brig: () => build(path, []), "sam build --cached": () => samBuild(["--cached"]) },
      3,
    );
    compare("nothing changed", cached, "sam build --cached", "-", () => true);
  },
};

function bareNode() {
  return run(process.execPath, ["-e", "0"]).milliseconds;
}

try {
  if (!existsSync(brig)) throw new Error("bundle brig first: npm run build");
  console.log(
    `zip ${(zipSize / 1e6).toFixed(1)} MB, ${JSON.parse(readFileSync(join(path, "builds", zip.replace(".zip", ".json")), "utf8")).entries} files\n`,
  );
  const chosen = process.argv.slice(2);
  for (const [name, measure] of Object.entries(figures)) {
    if (chosen.length === 0 || chosen.includes(name)) measure();
  }
  process.exitCode = results.every(({ reached }) => reached) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
