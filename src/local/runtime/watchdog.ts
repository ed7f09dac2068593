import { spawn, type ChildProcess } from "node:child_process";

/**
 * Reads the process groups to watch, one verb and number a line; when its input ends, because the service has gone
 * however that came about, it kills them, with all that descends from them, and removes the folder. `end` takes a group
 * off the list; after `quit` the service itself has ended what left its group (strays.ts).
 */
const program = `
trap '' INT TERM HUP
groups=' '
while read -r verb group; do
  case "$verb" in
    add) groups="$groups$group " ;;
    end) case "$groups" in *" $group "*) groups="\${groups%%" $group "*} \${groups#*" $group "}" ;; esac ;;
    quit) quit=1 ;;
  esac
done
started=$groups
case "$groups" in *[0-9]*)
  processes=$(sed 's/ (.*) / /' /proc/[0-9]*/stat 2>/dev/null)
  before=
  while [ "$started" != "$before" ]; do
    before=$started
    while read -r process _ parent _; do
      case "$started" in *" $process "*) ;; *" $parent "*) started="$started$process " ;; esac
    done <<EOF
$processes
EOF
  done
esac
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
for process in $started; do kill -s KILL "$process" 2>/dev/null; done
if [ -z "$quit" ]; then
  grep -lsF -- "TMPDIR=$1/" /proc/[0-9]*/environ | while IFS=/ read -r _ _ process _; do kill -s KILL "$process" 2>/dev/null; done
fi
rm -rf -- "$1"
`;

export interface Watchdog {
  readonly add: (group: number) => void;
  readonly end: (group: number) => void;
  /** Kills what is left, removes the folder and settles when that is done. */
  readonly dispose: () => Promise<void>;
}

/**
 * A small shell that outlives the service, even its SIGKILL, and then ends all workers. A parent-death signal would
 * depend on the thread that started the worker and does not exist on macOS; a shell of one megabyte works everywhere,
 * for every runtime. It starts with the first worker.
 */
export function createWatchdog(folder: string): Watchdog {
  let shell: ChildProcess | undefined;
  const tell = (line: string): void => {
    if (shell === undefined) {
      shell = spawn("/bin/sh", ["-c", program, "brig-watchdog", folder], {
        cwd: "/",
        env: { PATH: "/usr/bin:/bin" },
        detached: true,
        stdio: ["pipe", "ignore", "ignore"],
      });
      shell.on("error", () => {});
      shell.stdin?.on("error", () => {});
      // It must not keep the service alive.
      shell.unref();
    }
    shell.stdin?.write(line);
  };
  return {
    add: (group) => tell(`add ${group}\n`),
    end: (group) => tell(`end ${group}\n`),
    dispose: async () => {
      const ending = shell;
      if (ending === undefined || ending.exitCode !== null) return;
      ending.ref();
      await new Promise<void>((resolve) => {
        ending.once("close", () => resolve());
        ending.once("error", () => resolve());
        ending.stdin?.end("quit 0\n");
      });
    },
  };
}
