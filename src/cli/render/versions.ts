import type { ListedVersion, VersionsResult } from "../../operations/versions.ts";
import type { Output } from "../output.ts";
import { renderSize } from "../progress.ts";
import { renderCommit, renderShare } from "./commit.ts";
import { renderTable } from "./table.ts";

/** A table of versions, newest first; with `--quiet` their numbers. */
export function renderVersions({ versions }: VersionsResult, output: Output): string {
  if (output.quiet) return versions.map(({ version }) => version).join("\n");
  if (versions.length === 0) return "no version was published";
  const rows = versions.map((each) => [
    output.paint("bold", each.version),
    renderCommit(each.commit, each.dirty),
    each.created.slice(0, 16).replace("T", " "),
    renderSize(each.size),
    each.aliases.map(renderAlias).join(", "),
  ]);
  return renderTable([["VERSION", "COMMIT", "CREATED (UTC)", "SIZE", "ALIASES"], ...rows]);
}

function renderAlias({ name, weight }: ListedVersion["aliases"][number]): string {
  return weight === 1 ? name : `${name} ${renderShare(weight)}`;
}
