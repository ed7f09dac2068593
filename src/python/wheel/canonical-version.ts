/** The parts of a version (PEP 440, appendix B), lower case. */
const versionPattern = new RegExp(
  [
    /^v?(?:(?<epoch>\d+)!)?(?<release>\d+(?:\.\d+)*)/,
    /(?:[-_.]?(?<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<preNumber>\d*))?/,
    /(?:-(?<implicitPost>\d+)|[-_.]?(?<post>post|rev|r)[-_.]?(?<postNumber>\d*))?/,
    /(?:[-_.]?(?<dev>dev)[-_.]?(?<devNumber>\d*))?/,
    /(?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/,
  ]
    .map((part) => part.source)
    .join(""),
);

const preSpellings: Readonly<Record<string, string>> = {
  alpha: "a",
  beta: "b",
  c: "rc",
  pre: "rc",
  preview: "rc",
};

/**
 * One spelling for all spellings of a version (PEP 440 "Normalization", and no zeros at the end: 1.0 is 1.0.0), to
 * see whether two are equal. What is no such version is only lower-cased.
 */
export function canonicalVersion(version: string): string {
  const text = version.trim().toLowerCase();
  const parts = versionPattern.exec(text)?.groups;
  if (parts === undefined) return text.replaceAll("_", "-");
  const release = (parts["release"] ?? "").split(".").map(plainNumber).join(".");
  const pre = parts["pre"];
  const post = parts["post"] === undefined ? parts["implicitPost"] : parts["postNumber"];
  return [
    parts["epoch"] === undefined || plainNumber(parts["epoch"]) === "0"
      ? ""
      : `${plainNumber(parts["epoch"])}!`,
    release.replace(/(?:\.0)+$/, ""),
    pre === undefined ? "" : `${preSpellings[pre] ?? pre}${plainNumber(parts["preNumber"])}`,
    post === undefined ? "" : `.post${plainNumber(post)}`,
    parts["dev"] === undefined ? "" : `.dev${plainNumber(parts["devNumber"])}`,
    parts["local"] === undefined ? "" : `+${canonicalLocal(parts["local"])}`,
  ].join("");
}

/** Without zeros in front; a number left out is 0. */
function plainNumber(digits: string | undefined): string {
  return (digits ?? "").replace(/^0+/, "") || "0";
}

function canonicalLocal(local: string): string {
  return local
    .split(/[-_.]/)
    .map((part) => (/^\d+$/.test(part) ? plainNumber(part) : part))
    .join(".");
}
