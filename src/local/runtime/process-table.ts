import { readdirSync, readFileSync } from "node:fs";

/** A process as `/proc/<pid>/stat` of Linux has it (proc(5)). */
interface ProcessRow {
  readonly parent: number;
  readonly group: number;
}

/** Ids of the processes of this machine; none where there is no `/proc`. */
export function listProcesses(): readonly number[] {
  try {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/** `undefined` when it has ended, and on systems without `/proc`. */
export function readProcess(pid: number): ProcessRow | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // Behind the name, which may hold anything: state, parent, process group.
    const [, parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ", 3);
    return { parent: Number(parent), group: Number(group) };
  } catch {
    return undefined;
  }
}

/** Ids of what a living process has started, and what that has started, as long as the ones between live. */
export function listDescendants(pid: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const each of listProcesses()) {
    const parent = readProcess(each)?.parent;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), each]);
  }
  const found: number[] = [];
  for (let next: readonly number[] = [pid]; next.length > 0;) {
    next = next.flatMap((each) => children.get(each) ?? []);
    found.push(...next);
  }
  return found;
}
