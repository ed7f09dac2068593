/** A version of PEP 440, in the parts that its order needs. */
export interface Version {
  readonly epoch: number;
  readonly release: readonly number[];
  readonly pre: readonly [letter: string, number: number] | undefined;
  readonly post: number | undefined;
  readonly dev: number | undefined;
  readonly local: readonly (string | number)[] | undefined;
}

const pattern = new RegExp(
  [
    /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)/,
    /(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d*))?/,
    /(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?/,
    /(?:[-_.]?(dev)[-_.]?(\d*))?/,
    /(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/,
  ]
    .map((part) => part.source)
    .join(""),
);
const preOrder: Readonly<Record<string, string>> = {
  alpha: "a",
  beta: "b",
  c: "rc",
  pre: "rc",
  preview: "rc",
};

/** `undefined` for what is no version of PEP 440. */
export function parseVersion(text: string): Version | undefined {
  const match = pattern.exec(text.trim().toLowerCase());
  if (!match) return undefined;
  const [, epoch, release = "", letter, preNumber, implicitPost, post, postNumber, dev, devNumber, local] =
    match;
  return {
    epoch: Number(epoch ?? 0),
    release: release.split(".").map(Number),
    pre: letter === undefined ? undefined : [preOrder[letter] ?? letter, Number(preNumber || 0)],
    post:
      implicitPost !== undefined
        ? Number(implicitPost)
        : post === undefined
          ? undefined
          : Number(postNumber || 0),
    dev: dev === undefined ? undefined : Number(devNumber || 0),
    local: local?.split(/[-_.]/).map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
  };
}

/** The order of PEP 440: negative where `left` comes before `right`. */
export function compareVersions(left: Version, right: Version): number {
  return (
    left.epoch - right.epoch ||
    compareReleases(left.release, right.release) ||
    compareLists(suffixKey(left), suffixKey(right)) ||
    compareLocals(left.local, right.local)
  );
}

export function compareReleases(left: readonly number[], right: readonly number[]): number {
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** dev only < a < b < rc < final < post; a dev release comes before what it leads to. */
function suffixKey(version: Version): readonly number[] {
  const isDevOnly = version.pre === undefined && version.post === undefined && version.dev !== undefined;
  const pre = version.pre === undefined ? (isDevOnly ? -1 : 3) : ["a", "b", "rc"].indexOf(version.pre[0]);
  return [pre, version.pre?.[1] ?? 0, version.post ?? -1, version.dev ?? Infinity];
}

function compareLists(left: readonly number[], right: readonly number[]): number {
  for (const [index, value] of left.entries()) {
    const other = right[index] ?? 0;
    if (value !== other) return value < other ? -1 : 1;
  }
  return 0;
}

function compareLocals(left: Version["local"], right: Version["local"]): number {
  if (left === undefined || right === undefined)
    return Number(left !== undefined) - Number(right !== undefined);
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const [one, other] = [left[index], right[index]];
    if (one === other) continue;
    if (one === undefined || other === undefined) return one === undefined ? -1 : 1;
    // Numbers come after letters (PEP 440, "Local version identifiers").
    if (typeof one !== typeof other) return typeof one === "number" ? 1 : -1;
    return one < other ? -1 : 1;
  }
  return 0;
}
