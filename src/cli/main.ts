import { setMaxListeners } from "node:events";
import { constants } from "node:os";
import { internalFault } from "./output.ts";
import { run } from "./run.ts";
import { standardStream } from "./standard-stream.ts";

const stopping = new AbortController();
// Whatever runs listens to it: as many functions as are built at once, and their programs.
setMaxListeners(0, stopping.signal);
let stoppedBy: NodeJS.Signals | undefined;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    // A second Ctrl-C does not wait for children to end.
    if (stoppedBy !== undefined) process.exit(128 + constants.signals[signal]);
    stoppedBy = signal;
    stopping.abort(new Error("interrupted"));
  });
}
// A reader that went away (`brig list | head -1`) is no fault.
const end = (): never => process.exit(0);

// The SDK speaks on stderr of versions of Node to come, which no user of brig can do anything about. It reads this when it is loaded.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
// Talk that nobody can be told is no fault; data that is lost is one.
const ignore = (): void => {};
const stderr = standardStream(2, () => process.stderr, ignore, ignore);
const loseData = ({ code, message }: NodeJS.ErrnoException): never => {
  const name = code === "ENOSPC" || code === "EDQUOT" ? "disk-full" : "internal";
  stderr.write(`error: ${name}: stdout takes no more: ${message}\n`);
  process.exit(name === "internal" ? internalFault : 1);
};
const host = {
  cwd: process.cwd(),
  env: process.env,
  stdout: standardStream(1, () => process.stdout, end, loseData),
  stderr,
  signal: stopping.signal,
};
void run(process.argv.slice(2), host).then((status) => {
  // What a signal ends as it should, as `brig serve`, is done.
  process.exitCode = stoppedBy === undefined || status === 0 ? status : 128 + constants.signals[stoppedBy];
});
