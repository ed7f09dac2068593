import { extractMember } from "./extract.ts";
import { entryFault } from "./fault.ts";
import type { ZipMember } from "./reader.ts";

/** Bytes: PATH_MAX of Linux. */
const longestTarget = 4096;

/**
 * Where a symbolic link of a zip leads, which is inside of the tree. `..` may stand at the beginning only: behind another
 * link it would lead to where nobody can tell from the text. No member lies below a link, so a link's own folder is a real one.
 *
 * @throws BrigError `wheel-invalid`
 */
export function readLinkTarget(bytes: Buffer, member: ZipMember, archive: string): string {
  if (member.size > longestTarget) {
    throw entryFault(archive, member.name, `is a link of ${member.size} bytes, over ${longestTarget}`);
  }
  const target = extractMember(bytes, member, archive).toString("utf8");
  const refuse = (reason: string): Error =>
    entryFault(archive, member.name, `is a link ${reason}: ${JSON.stringify(target)}`);
  if (target === "" || /[\0\\]/.test(target)) throw refuse("to nothing");
  if (target.startsWith("/")) throw refuse("to an absolute path");
  const parts = target.split("/").filter((part) => part !== "" && part !== ".");
  const down = parts.findIndex((part) => part !== "..");
  const ups = down === -1 ? parts.length : down;
  if (parts.slice(ups).includes("..")) throw refuse("with .. behind a name");
  if (ups >= member.name.split("/").length) throw refuse("that leaves the folder");
  return target;
}
