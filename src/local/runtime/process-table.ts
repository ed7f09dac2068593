import { readdirSync, readFileSync } from "node:fs";

/** Ids of the processes of this machine; none where there is no `/proc`. */
export function listProcesses(): readonly number[] {
  return list("/proc").map(Number).filter(Number.isInteger);
}

/** The process group of a process; `undefined` when it has ended, and on systems without `/proc`. */
export function readProcessGroup(pid: number): number | undefined {
  const stat = read(`/proc/${pid}/stat`);
  // Behind the name, which may hold anything: state, parent, process group.
  return stat === "" ? undefined : Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ", 3)[2]);
}

/**
 * Ids of what a living process has started, and what that has started, as long as the ones between live. Asks the
 * kernel for the children of each thread: to read all processes of the machine takes many times as long.
 */
export function listDescendants(pid: number): readonly number[] {
  const found: number[] = [];
  for (let next: readonly number[] = [pid]; next.length > 0; found.push(...next))
    next = next.flatMap(listChildren);
  return found;
}

function listChildren(pid: number): readonly number[] {
  const texts = list(`/proc/${pid}/task`).map((thread) => read(`/proc/${pid}/task/${thread}/children`));
  return texts.flatMap((text) => text.split(" ").filter(Boolean).map(Number));
}

/** Nothing where there is no such folder: a process that has ended, another system. */
function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
