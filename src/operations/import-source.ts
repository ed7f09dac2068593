import { existsSync, realpathSync } from "node:fs";
import { chmod, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BrigError } from "../errors.ts";
import { isLeftOut } from "../workspace/leave-outs.ts";
import { findSecret } from "../workspace/secrets.ts";
import { isExecutable } from "../zip/executable.ts";
import { extractMember } from "../zip/extract.ts";
import { readLinkTarget } from "../zip/link-target.ts";
import type { ZipMember } from "../zip/reader.ts";

/** A zip with its members, folders left out. */
export interface Unpacked {
  /** What errors call it. */
  readonly archive: string;
  readonly bytes: Buffer;
  readonly members: readonly ZipMember[];
}

/**
 * Writes what is the function's own into `src/`.
 *
 * @param own those of the members
 * @param source absolute path of `src/`, which is not there yet
 * @returns what a person should know
 */
export async function writeSource(
  { bytes, archive }: Unpacked,
  own: readonly ZipMember[],
  source: string,
): Promise<readonly string[]> {
  await mkdir(source, { recursive: true });
  const secrets: string[] = [];
  const compiled: string[] = [];
  const links: ZipMember[] = [];
  for (const member of own) {
    const { name } = member;
    // What builds leave out anyway; a module without its source is worth a word.
    if (name.split("/").some(isLeftOut)) {
      if (name.endsWith(".pyc")) compiled.push(name);
      continue;
    }
    const file = join(source, name);
    await mkdir(dirname(file), { recursive: true });
    if (member.isLink) {
      links.push(member);
      continue;
    }
    const contents = extractMember(bytes, member, archive);
    if (findSecret(name, contents) !== null) secrets.push(name);
    await writeFile(file, contents);
    if (isExecutable(member)) await chmod(file, 0o755);
  }
  const lost = await writeLinks({ bytes, archive, members: links }, source);
  return [
    ...note(compiled, "compiled modules without their source are left out"),
    ...note(secrets, "these look like secrets, so a build refuses them, and they should not be committed"),
    ...note(lost, "symbolic links that lead to nothing in src/ are left out"),
  ];
}

/** Links come last: nothing is written through one. @returns those that a build could not follow */
async function writeLinks({ bytes, archive, members }: Unpacked, source: string): Promise<readonly string[]> {
  const made = new Set<string>();
  for (const member of members) {
    try {
      await symlink(readLinkTarget(bytes, member, archive), join(source, member.name));
      made.add(member.name);
    } catch (error) {
      // It leads out of the zip, as to a layer in /opt.
      if (!(error instanceof BrigError)) throw error;
    }
  }
  // A chain of links is only as good as its end, which may be gone with another one's.
  for (let broken = findBroken(made, source); broken.length > 0; broken = findBroken(made, source)) {
    for (const name of broken) {
      await rm(join(source, name));
      made.delete(name);
    }
  }
  return members.map(({ name }) => name).filter((name) => !made.has(name));
}

/** Those that lead to nothing, round in a circle, or to a folder that they stand in. */
function findBroken(names: ReadonlySet<string>, source: string): readonly string[] {
  return [...names].filter((name) => {
    const link = join(source, name);
    if (!existsSync(link)) return true;
    return `${realpathSync(dirname(link))}/`.startsWith(`${realpathSync(link)}/`);
  });
}

function note(names: readonly string[], what: string): readonly string[] {
  return names.length === 0 ? [] : [`${what}: ${listSome(names)}`];
}

/** The first few of many names. */
export function listSome(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
