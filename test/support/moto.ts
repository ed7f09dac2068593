/** moto's server: another emulator of AWS, for a second opinion. */
import { type ChildProcess, spawn } from "node:child_process";
import { on } from "node:events";
import { join } from "node:path";

export const motoRelease = "5.2.1";

/** Pinned, because moto's tests depend on what botocore knows of Lambda. */
export const motoPackages: readonly string[] = [
  `moto[server]==${motoRelease}`,
  "boto3==1.44.5",
  "pytest==9.2.0",
  "freezegun==1.5.5",
  "requests==2.34.2",
];

export interface Moto {
  readonly endpoint: string;
  readonly child: ChildProcess;
}

/** @param bin of an environment that has `motoPackages` */
export async function startMoto(bin: string): Promise<Moto> {
  const child = spawn(join(bin, "moto_server"), ["-H", "127.0.0.1", "-p", "0"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  for await (const [text] of on(child.stderr, "data")) {
    said += String(text);
    const port = /127\.0\.0\.1:(\d+)/.exec(said)?.[1];
    if (port === undefined) continue;
    // A line per request: unread, they would stop it.
    child.stderr.resume();
    return { endpoint: `http://127.0.0.1:${port}`, child };
  }
  throw new Error(`moto's server did not start: ${said}`);
}
