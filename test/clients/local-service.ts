/** `brig serve` without functions, for clients that make their own. */
import { once } from "node:events";
import { zipSync } from "fflate";
import type { ServeReady } from "../../src/operations/serve.ts";
import { type Env, temporaryFolder } from "../support/brig.ts";
import { startBrig, waitUntil } from "../support/processes.ts";

export interface LocalService {
  readonly endpoint: string;
  /** What AWS's clients are told by their environment: where the service is, and nothing of this machine's own AWS. */
  readonly env: Env;
  /** What the service has said of invocations and of its own faults. */
  readonly said: () => string;
  readonly dispose: () => Promise<void>;
}

/** Wherever a client asks for a role. */
export const role = "arn:aws:iam::000000000000:role/test";

export async function startLocalService(): Promise<LocalService> {
  const { child, ended } = startBrig(temporaryFolder(), ["serve", "--empty", "--port", "0", "--json"]);
  let [stdout, stderr] = ["", ""];
  child.stdout!.on("data", (text: string) => (stdout += text));
  child.stderr!.on("data", (text: string) => (stderr += text));
  await Promise.race([waitUntil(() => stdout.includes("\n"), 60_000), ended]);
  const { endpoint } = JSON.parse(stdout) as ServeReady;
  return {
    endpoint,
    env: clientEnvironment(endpoint),
    said: () => stderr,
    dispose: async () => {
      child.kill("SIGTERM");
      await once(child, "close");
    },
  };
}

function clientEnvironment(endpoint: string): Env {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_SESSION_TOKEN: undefined,
    AWS_PROFILE: undefined,
    AWS_REGION: "eu-west-1",
    AWS_DEFAULT_REGION: "eu-west-1",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_PAGER: "",
  };
}

/** A zip of these files. */
export function makeZip(files: Readonly<Record<string, string | Buffer>>): Buffer {
  const entries = Object.entries(files).map(
    ([name, content]) => [name, new Uint8Array(Buffer.from(content))] as const,
  );
  return Buffer.from(zipSync(Object.fromEntries(entries)));
}

/** Python that answers its event, `answer` and the ARN by which it was invoked, and prints a line of it. */
export function pythonAnswering(answer: string): Buffer {
  return makeZip({
    "app.py":
      "def handler(event, context):\n" +
      `    print("answers ${answer}")\n` +
      "    if event.get('fail'):\n        raise ValueError('asked to')\n" +
      `    return {"event": event, "answer": "${answer}", "arn": context.invoked_function_arn}\n`,
  });
}
