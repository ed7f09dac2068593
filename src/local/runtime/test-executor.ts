import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Executor, InvokeInput, InvokeOutcome, LogEvent, RunnableVersion } from "../contract.ts";
import { createExecutor, type ExecutorOptions } from "./executor.ts";

/** An executor with functions in a temporary folder, for tests. */
export interface Fixture {
  readonly folder: string;
  readonly executor: Executor;
  readonly events: LogEvent[];
  /** Writes the files of a function and describes it. */
  readonly make: (
    files: Readonly<Record<string, string>>,
    more?: Partial<RunnableVersion>,
  ) => RunnableVersion;
  readonly invoke: (
    version: RunnableVersion,
    payload?: unknown,
    more?: Partial<InvokeInput>,
  ) => Promise<InvokeOutcome>;
  readonly dispose: () => Promise<void>;
}

/** A Python of this minor version, by pyenv or on PATH. */
export function findPython(minor: string): string | undefined {
  const versions = join(homedir(), ".pyenv", "versions");
  const found = (existsSync(versions) ? readdirSync(versions) : [])
    .filter((name) => name.startsWith(`${minor}.`))
    .map((name) => join(versions, name, "bin", `python${minor}`))
    .find((file) => existsSync(file));
  if (found !== undefined) return realpathSync(found);
  try {
    const program = "import os, sys; print(os.path.realpath(sys.executable))";
    return execFileSync(`python${minor}`, ["-c", program], { encoding: "utf8", stdio: "pipe" }).trim();
  } catch {
    return undefined;
  }
}

/** The newest Python here that Lambda has. */
export const anyMinor =
  ["3.12", "3.13", "3.11", "3.10", "3.14", "3.9"].find((minor) => findPython(minor)) ?? "3.12";

/** What a call of a handler gave. */
export function parsePayload(outcome: InvokeOutcome): unknown {
  return JSON.parse(outcome.payload.toString());
}

let made = 0;

export async function makeFixture(options: Partial<ExecutorOptions> = {}): Promise<Fixture> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "brig executor ")));
  const events: LogEvent[] = [];
  const executor = await createExecutor({
    temporaryFolder: folder,
    logSink: (event) => void events.push(event),
    now: () => new Date(),
    interpreterFor: (minor) => Promise.resolve({ file: findPython(minor)! }),
    nodeFor: () => Promise.resolve({ file: process.execPath }),
    ...options,
  });
  return {
    folder,
    executor,
    events,
    make: (files, more = {}) => {
      const codeFolder = join(folder, `code-${++made}`);
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(dirname(join(codeFolder, name)), { recursive: true });
        writeFileSync(join(codeFolder, name), text);
        if (name === "bootstrap" || text.startsWith("#!")) chmodSync(join(codeFolder, name), 0o755);
      }
      return {
        key: codeFolder,
        functionName: "tested",
        version: "$LATEST",
        arn: `arn:aws:lambda:eu-west-1:000000000000:function:tested-${made}`,
        region: "eu-west-1",
        account: "000000000000",
        runtime: `python${anyMinor}`,
        handler: "app.handler",
        architecture: "x86_64",
        memorySize: 256,
        timeout: 5,
        ephemeralStorage: 512,
        environment: {},
        codeFolder,
        layerFolder: undefined,
        logging: { format: "Text", group: "/aws/lambda/tested" },
        reservedConcurrency: undefined,
        ...more,
      };
    },
    invoke: (version, payload = {}, more = {}) =>
      executor.invoke(version, {
        requestId: "5f1c4a8e-0000-4000-8000-000000000001",
        payload: Buffer.from(JSON.stringify(payload)),
        invokedArn: `${version.arn}:live`,
        streaming: false,
        ...more,
      }),
    dispose: async () => {
      await executor.dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
