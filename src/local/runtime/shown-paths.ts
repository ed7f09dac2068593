/** A folder of this machine and the path that stands for it on Lambda. */
export interface ShownPath {
  readonly folder: string;
  readonly shown: string;
}

export interface PathRewriter {
  readonly text: (text: string) => string;
  readonly bytes: (bytes: Buffer) => Buffer;
}

/**
 * Writes Lambda's paths where those of this machine stand: `/var/task`, `/opt`, `/var/runtime`, `/var/lang`.
 * What is longer goes first; a folder whose name merely begins alike is left alone.
 */
export function createPathRewriter(paths: readonly ShownPath[]): PathRewriter {
  const byFolder = new Map(
    paths.flatMap(({ folder, shown }) => spellings(folder).map((each) => [each, shown])),
  );
  const folders = [...byFolder.keys()].toSorted((left, right) => right.length - left.length);
  const pattern = new RegExp(`(?:${folders.map(escapePattern).join("|")})(?![\\w.-])`, "g");
  const needles = folders.map((folder) => Buffer.from(folder, "latin1"));
  const rewrite = (text: string): string => text.replace(pattern, (folder) => byFolder.get(folder)!);
  return {
    text: (text) => {
      const latin = Buffer.from(text).toString("latin1");
      pattern.lastIndex = 0;
      return pattern.test(latin) ? Buffer.from(rewrite(latin), "latin1").toString("utf8") : text;
    },
    bytes: (bytes) =>
      needles.some((needle) => bytes.includes(needle))
        ? Buffer.from(rewrite(bytes.toString("latin1")), "latin1")
        : bytes,
  };
}

/** A folder as it stands in a text, in a URL and in JSON, where other than ASCII may be escaped; one character a byte. */
function spellings(folder: string): readonly string[] {
  const quoted = JSON.stringify(folder).slice(1, -1);
  const escaped = quoted.replace(
    /[\u0080-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return [...new Set([folder, quoted, escaped, encodeURI(folder)])].map((text) =>
    Buffer.from(text).toString("latin1"),
  );
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
