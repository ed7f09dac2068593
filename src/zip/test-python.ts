import { spawnSync } from "node:child_process";

/** Any Python of this machine that runs (pyenv's shims may not), to compare brig with; undefined where none has the modules. */
export function findTestPython(...modules: readonly string[]): string | undefined {
  const imports = ["sys", ...modules].map((module) => `import ${module}`).join("\n");
  const candidates = ["python3", "/usr/bin/python3", "python3.13", "python3.12", "python3.11", "python3.10"];
  return candidates.find((file) => spawnSync(file, ["-c", imports]).status === 0);
}

/** Runs a Python program that reads JSON from stdin and writes JSON to stdout. */
export function runTestPython(python: string, program: string, input: unknown): unknown {
  const result = spawnSync(python, ["-c", program], {
    input: JSON.stringify(input),
    encoding: "utf8",
    env: { ...process.env, PYTHONUTF8: "1" },
    maxBuffer: 1 << 28,
  });
  if (result.status !== 0) throw new Error(result.stderr);
  return JSON.parse(result.stdout);
}
