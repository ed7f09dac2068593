/** docs/deploying.md is typed as it stands there, on a terminal, against local Lambda: each command says what the page shows. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { environment, program, runProgram, temporaryFolder, writeFiles } from "./support/brig.ts";
import { minor, pythonFile, runtime, uvFile } from "./support/python.ts";
import { installPackages } from "./support/python-environment.ts";
import { startBrig, waitUntil } from "./support/processes.ts";

/** What needs more than local Lambda comes behind it. */
const walk = readFileSync(join(import.meta.dirname, "../docs/deploying.md"), "utf8")
  .split("\n## Zips over 50 MB\n")[0]!
  .replaceAll("python3.13", runtime);

type Step =
  | { readonly kind: "file"; readonly path: string; readonly text: string }
  | { readonly kind: "command"; readonly line: string; readonly shown: string };

/** The page's blocks in their order. One that is no console is the file whose name the line before it ends with. */
function readSteps(text: string): readonly Step[] {
  return [...text.matchAll(/(.*)\n\n```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(
    ([, before, language, body]): readonly Step[] => {
      if (language !== "console") {
        const path = /`([^`]+)`:$/.exec(before!)?.[1];
        if (path === undefined) throw new Error(`no file is named before: ${body}`);
        return [{ kind: "file", path, text: body! }];
      }
      return body!
        .split(/^\$ /m)
        .slice(1)
        .map((part): Step => {
          const [line = "", ...shown] = part.split("\n");
          return { kind: "command", line, shown: shown.join("\n") };
        });
    },
  );
}

/** What differs from run to run: times, sizes, commits, ports, and the width of the columns that they stand in. */
function settle(text: string): string {
  return text
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d/g, "TIME")
    .replace(/\b\d{14}-[0-9a-f]{7}\b/g, "BUILD")
    .replace(/\b[0-9a-f]{7}\b/g, "COMMIT")
    .replace(/ \(init \d+ ms\)/g, "")
    .replace(/\b\d+(\.\d)? (s|min|ms|kB|MB)\b/g, "N $2")
    .replace(/\bN (s|min)\b/g, "N s")
    .replace(/127\.0\.0\.1:\d+/g, "ENDPOINT")
    .replace(/ {2,}/g, "  ")
    .trimEnd();
}

/** What is left on a terminal: a line's text behind the last time that it was cleared. */
function withoutProgress(text: string): string {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  return lines.map((line) => line.split("\u001B[K").at(-1)).join("\n");
}

const terminal = `import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))
`;

test("every command of the page does what the page shows", async ({ skip }) => {
  const aws = await installPackages("awscli", ["awscli==1.46.3"]);
  if (aws === undefined) return skip("the AWS CLI cannot be installed here");
  const [folder, programs] = [temporaryFolder(), temporaryFolder("brig-programs-")];
  const [python, uv] = await Promise.all([pythonFile(minor), uvFile()]);
  writeFiles(programs, {
    brig: `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`,
    pip: `#!/bin/sh\nexec '${uv}' pip "$@" --python '${python}'\n`,
    // Variables that one command sets, the next ones see.
    state: "",
  });
  const state = join(programs, "state");
  const env = {
    ...Object.fromEntries(
      Object.keys(process.env).map((name) => [name, name.startsWith("AWS_") ? undefined : process.env[name]]),
    ),
    PATH: [programs, aws, process.env["PATH"]].join(":"),
    AWS_EC2_METADATA_DISABLED: "true",
    ...Object.fromEntries(
      ["AUTHOR", "COMMITTER"].flatMap((who) => [
        [`GIT_${who}_NAME`, "Test"],
        [`GIT_${who}_EMAIL`, "test@example.org"],
      ]),
    ),
  };
  const type = async (line: string): Promise<string> => {
    const script = `. '${state}'; ${line}\nstatus=$?; export -p > '${state}'; exit $status`;
    const { stdout } = await runProgram(python, ["-c", terminal, "bash", "-c", script], folder, env);
    return withoutProgress(stdout);
  };
  const started = startBrig(folder, ["serve", "--empty", "--port", "0"], environment(env));
  let served = "";
  started.child.stdout!.on("data", (text: string) => (served += text));
  try {
    await Promise.race([waitUntil(() => served.includes("\n"), 60_000), started.ended]);
    const endpoint = /http:\S+/.exec(served)![0];
    for (const step of readSteps(walk)) {
      if (step.kind === "file") {
        const there = join(folder, step.path);
        if (existsSync(there)) expect(readFileSync(there, "utf8"), step.path).toBe(step.text);
        else writeFiles(folder, { [step.path]: step.text });
        continue;
      }
      const line = step.line.replaceAll("http://127.0.0.1:9900", endpoint);
      const said = line.startsWith("brig serve") ? served : await type(line);
      expect(settle(said), line).toBe(settle(step.shown));
    }
  } finally {
    started.child.kill("SIGTERM");
    await started.ended;
  }
}, 400_000);
