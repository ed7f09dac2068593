import { spawn } from "node:child_process";
import type { Context } from "../context.ts";
import type { Interpreter } from "./interpreter.ts";

/** What brig wants to know of an interpreter, as its own program prints it. */
const program = `
import json, os, platform, struct, sys
def glibc():
    try:
        return os.confstr("CS_GNU_LIBC_VERSION").split()[1]
    except Exception:
        return ""
i = sys.version_info
print(json.dumps({
    "version": "%d.%d.%d" % i[:3] + ("" if i[3] == "final" else {"alpha": "a", "beta": "b", "candidate": "rc"}[i[3]] + str(i[4])),
    "minor": "%d.%d" % i[:2],
    "implementation": sys.implementation.name,
    "abiflags": sys.abiflags,
    "bits": struct.calcsize("P") * 8,
    "system": sys.platform,
    "machine": os.uname().machine,
    "floor": platform.mac_ver()[0] if sys.platform == "darwin" else glibc(),
}))
`;

export type Probe = Readonly<Record<string, unknown>>;

/** How long an interpreter may take to start, in milliseconds: one that hangs is as good as none. */
const probeTime = 5000;

/** Asks an interpreter what it is; `null` for one that is broken, hangs or says something else. */
export async function probeInterpreter(
  file: string,
  context: Context,
  timeout = probeTime,
): Promise<Probe | null> {
  const output = await new Promise<string>((resolve) => {
    const child = spawn(file, ["-I", "-S", "-c", program], {
      cwd: "/",
      env: context.env,
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const stop = (): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
      child.stdout.destroy();
    };
    const timer = setTimeout(stop, timeout);
    context.signal.addEventListener("abort", stop, { once: true });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      if (text.length > 10_000) stop();
    });
    const finish = (): void => {
      clearTimeout(timer);
      context.signal.removeEventListener("abort", stop);
      resolve(text);
    };
    child.on("error", finish).on("close", finish);
  });
  try {
    const probe: unknown = JSON.parse(output);
    return typeof probe === "object" && probe !== null ? { ...probe } : null;
  } catch {
    return null;
  }
}

const machines: Readonly<Record<string, Interpreter["machine"]>> = {
  x86_64: "x86_64",
  amd64: "x86_64",
  aarch64: "aarch64",
  arm64: "aarch64",
};

/** The interpreter that a probe describes, if brig can use it: CPython from 3.9, with a GIL, on a 64-bit system that Lambda has or macOS. */
export function parseProbe(file: string, probe: Probe): Interpreter | undefined {
  const { version, minor } = probe;
  if (typeof version !== "string" || !/^3\.\d+\.\d+(?:(?:a|b|rc)\d+)?$/.test(version)) return undefined;
  if (typeof minor !== "string" || !version.startsWith(`${minor}.`) || Number(minor.slice(2)) < 9)
    return undefined;
  // Of a free-threaded build: it takes other wheels and other bytecode.
  if (String(probe["abiflags"]).includes("t")) return undefined;
  if (probe["implementation"] !== "cpython" || probe["bits"] !== 64) return undefined;
  const system = probe["system"] === "linux" ? "linux" : probe["system"] === "darwin" ? "macos" : undefined;
  const machine = machines[String(probe["machine"]).toLowerCase()];
  if (!system || !machine) return undefined;
  const [major = 0, second = 0] = String(probe["floor"])
    .split(".")
    .map((part) => Number.parseInt(part, 10) || 0);
  return { file, version, minor, system, machine, floor: [major, second] };
}
