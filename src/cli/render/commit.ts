/** `41d09aa`, `41d09aa-dirty`, as `git describe` writes them; `unknown` where brig did not publish the version. */
export function renderCommit(commit: string | null, dirty: boolean | null = false): string {
  if (commit === null) return "unknown";
  return `${commit.slice(0, 7)}${dirty === true ? "-dirty" : ""}`;
}

/** `10%`, of a share from 0 to 1. */
export function renderShare(share: number): string {
  return `${Number((share * 100).toFixed(2))}%`;
}
