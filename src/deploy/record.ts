/** What brig writes of a deployment on AWS itself, in Descriptions: there is no other record. */

/** The commit that a version was built from. */
export interface VersionRecord {
  /** 40 hexadecimal digits. */
  readonly commit: string;
  /** Whether something that went into the build was not committed. */
  readonly dirty: boolean;
}

/** AWS takes no longer Description, of versions and of aliases. */
const longest = 256;

const recorded = /^brig ([0-9a-f]{40}(?:[0-9a-f]{24})?)(-dirty)?(?= |$)/;

/** What a version's Description says, `undefined` where brig did not write it. */
export function parseVersionRecord(description: string | undefined): VersionRecord | undefined {
  const found = recorded.exec(description ?? "");
  return found === null ? undefined : { commit: found[1]!, dirty: found[2] !== undefined };
}

/**
 * The Description of a version: `brig <commit>[-dirty]`, then what else there is to say.
 *
 * @param rest cut to what AWS takes
 */
export function renderVersionRecord({ commit, dirty }: VersionRecord, rest = ""): string {
  const record = `brig ${commit}${dirty ? "-dirty" : ""}`;
  return (rest === "" ? record : `${record} ${rest}`).slice(0, longest);
}

const earlier = /(?:^| )brig earlier: (\d+(?: \d+)*)$/;

/** The versions that an alias had before, newest first, out of its Description. */
export function parseEarlierVersions(description: string | undefined): readonly string[] {
  return earlier.exec(description ?? "")?.[1]?.split(" ") ?? [];
}

/**
 * The Description of an alias: what others wrote there stays, brig's list of earlier versions is replaced. The oldest
 * are left out where AWS takes no more.
 *
 * @param description as it is now
 */
export function renderEarlierVersions(description: string | undefined, versions: readonly string[]): string {
  const own = (description ?? "").replace(earlier, "");
  for (let count = versions.length; count > 0; count -= 1) {
    const record = `brig earlier: ${versions.slice(0, count).join(" ")}`;
    const text = own === "" ? record : `${own} ${record}`;
    if (text.length <= longest) return text;
  }
  return own;
}

/**
 * The earlier versions of an alias after it moved. A move back forgets what it leaves, so that the next move back goes further
 * back and not forth again; any other move puts the version that it leaves in front.
 *
 * @param versions the earlier ones so far, newest first
 */
export function earlierAfterMove(versions: readonly string[], from: string, to: string): readonly string[] {
  const place = versions.indexOf(to);
  if (place !== -1) return versions.slice(place + 1);
  // An alias made by hand can be at $LATEST, which is no version to go back to.
  if (from === to || !/^\d+$/.test(from)) return versions;
  return [from, ...versions.filter((version) => version !== from)];
}
