/** Times whole processes: each figure is the median of several runs, the two sides in turn. */
import { spawnSync } from "node:child_process";

export function run(command, args, options = {}) {
  const started = performance.now();
  const result = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28, ...options });
  const milliseconds = performance.now() - started;
  if (result.error) throw result.error;
  if (result.status !== 0 && !options.mayFail) {
    throw new Error(
      `${command} ${args.join(" ")} ended with ${result.status}:\n${result.stdout}${result.stderr}`,
    );
  }
  return { milliseconds, stdout: result.stdout, stderr: result.stderr, status: result.status };
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The value that the given part (0 to 1) of the values does not exceed. */
export function percentile(values, part) {
  return values.toSorted((a, b) => a - b)[Math.ceil(part * values.length) - 1];
}

/** Runs the sides in turn, `runs` times after one warm-up each; a side is a function that returns milliseconds. */
export function inTurn(sides, runs) {
  const times = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
  for (let round = 0; round <= runs; round += 1) {
    for (const [name, side] of Object.entries(sides)) {
      const milliseconds = side(round);
      if (round > 0) times[name].push(milliseconds);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]));
}

export function seconds(milliseconds) {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
}

/** Interpreter and uv, found the way brig finds them. */
export function findTools(brig, cwd, env) {
  const { checks } = JSON.parse(
    run(process.execPath, [brig, "doctor", "--json"], { cwd, env, mayFail: true }).stdout,
  );
  const path = (subject) =>
    /\(([^)]+)\)$/.exec(checks.find((check) => check.subject === subject)?.message ?? "")?.[1];
  return { python: path("python3.13"), uv: path("uv") };
}
