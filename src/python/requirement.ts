import { MarkerFault, parseMarker } from "./marker-syntax.ts";
import { redact } from "./redact.ts";
import { LineFault } from "./requirement-options.ts";
import { parseVersion } from "./version.ts";
import { normaliseName } from "./wheel/project-name.ts";

/** One requirement as it is written, in parts (PEP 508, and the addresses and paths that pip takes beside it). */
export interface ParsedRequirement {
  /** Normalised; absent where only an address or a path is given. */
  readonly name: string | undefined;
  readonly extras: readonly string[];
  /** `>=2,<3`, without spaces; empty for any version, and for addresses. */
  readonly specifier: string;
  /** The version, where `==` or `===` allows exactly one. */
  readonly pin: string | undefined;
  /** A URL, possibly of a version control system, without `egg`; or a path as it is written. */
  readonly address: string | undefined;
  readonly isPath: boolean;
  /** Hex SHA-256 that the address carries in its fragment. */
  readonly sha256: string | undefined;
  readonly marker: string | undefined;
}

const archiveSuffix = /\.(whl|zip|tar|tar\.gz|tgz|tar\.bz2|tbz|tar\.xz|txz|tar\.lzma|tlz)$/i;
const nameText = "[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?";

/**
 * Reads one requirement.
 *
 * @throws LineFault saying what is wrong with it
 */
export function parseRequirement(text: string): ParsedRequirement {
  const named = new RegExp(`^(${nameText})\\s*(\\[[^\\]]*\\])?\\s*@\\s*(\\S.*)$`, "s").exec(text);
  if (named && !isAddress(text)) {
    const [, name = "", extras, rest = ""] = named;
    return { ...addressed(rest, text), name: normaliseName(name), extras: parseExtras(extras, text) };
  }
  if (isAddress(text) || looksLikePath(text)) return addressed(text, text);
  return versioned(text);
}

function versioned(text: string): ParsedRequirement {
  const semicolon = text.indexOf(";");
  const [body, marker] =
    semicolon === -1 ? [text, undefined] : [text.slice(0, semicolon), text.slice(semicolon + 1)];
  const match = new RegExp(`^(${nameText})\\s*(\\[[^\\]]*\\])?\\s*(.*)$`, "s").exec(body.trim());
  if (!match) throw new LineFault(`${JSON.stringify(text)} is no requirement`, "requests>=2.32");
  const [, name = "", extras, rest = ""] = match;
  const clauses = parseSpecifier(rest, name, text);
  const only = clauses.length === 1 ? clauses[0] : undefined;
  return {
    name: normaliseName(name),
    extras: parseExtras(extras, text),
    specifier: clauses.map((clause) => clause.operator + clause.version).join(","),
    pin:
      only && (only.operator === "===" || only.operator === "==") && !only.version.endsWith(".*")
        ? only.version
        : undefined,
    address: undefined,
    isPath: false,
    sha256: undefined,
    marker: checkMarker(marker),
  };
}

/** A URL or a path, with extras and a marker behind it; a marker is set off by a space, for `;` may stand in a URL. */
function addressed(text: string, whole: string): ParsedRequirement {
  const match = /^(\S.*?)(?:\s+;|;\s)(.*)$/s.exec(text);
  let address = (match?.[1] ?? text).trim();
  const marker = match?.[2];
  const withExtras = /^(.+?)(\[[^\]]*\])$/.exec(address);
  const extras = parseExtras(withExtras?.[2], whole);
  address = withExtras?.[1] ?? address;
  const isPath = !isAddress(address);
  if (!isPath && /\s/.test(address))
    throw new LineFault(`${JSON.stringify(shown(address))} is no URL: it has a space`);
  const fragment = isPath ? undefined : parseFragment(address);
  const scheme = /^([a-z0-9]+)\+/i.exec(address)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== "git") {
    throw new LineFault(`${scheme} is no version control system that uv can fetch from`, "git+https://…");
  }
  return {
    name: fragment?.egg,
    extras: extras.length > 0 ? extras : (fragment?.extras ?? []),
    specifier: "",
    pin: undefined,
    address: fragment?.address ?? address,
    isPath,
    sha256: fragment?.sha256,
    marker: checkMarker(marker),
  };
}

interface Fragment {
  readonly address: string;
  readonly egg: string | undefined;
  readonly extras: readonly string[];
  readonly sha256: string | undefined;
}

/** `#egg=name[extra]&subdirectory=…&sha256=…`: the name goes in front, the rest stays. */
function parseFragment(url: string): Fragment {
  const hash = url.indexOf("#");
  if (hash === -1) return { address: url, egg: undefined, extras: [], sha256: undefined };
  const parts = url.slice(hash + 1).split("&");
  const egg = parts.find((part) => part.startsWith("egg="))?.slice("egg=".length);
  const match =
    egg === undefined ? null : new RegExp(`^(${nameText})(\\[[^\\]]*\\])?$`).exec(decodeURIComponent(egg));
  const rest = parts.filter((part) => !part.startsWith("egg="));
  const sha256 = rest.find((part) => /^sha256=[0-9a-f]{64}$/i.test(part))?.slice("sha256=".length);
  return {
    address: url.slice(0, hash) + (rest.length > 0 ? `#${rest.join("&")}` : ""),
    egg: match?.[1] === undefined ? undefined : normaliseName(match[1]),
    extras: parseExtras(match?.[2], url),
    sha256: sha256?.toLowerCase(),
  };
}

interface Clause {
  readonly operator: string;
  readonly version: string;
}

function parseSpecifier(text: string, name: string, whole: string): readonly Clause[] {
  const inner = /^\((.*)\)$/s.exec(text.trim())?.[1] ?? text.trim();
  if (inner === "") return [];
  return inner
    .split(",")
    .filter((part, index, parts) => part.trim() !== "" || index < parts.length - 1)
    .map((part) => {
      const match = /^(===|~=|==|!=|<=|>=|<|>)\s*(\S+)$/.exec(part.trim());
      const [, operator = "", version = ""] = match ?? [];
      const isWild = version.endsWith(".*") && (operator === "==" || operator === "!=");
      if (match && (operator === "===" || parseVersion(isWild ? version.slice(0, -2) : version)))
        return { operator, version };
      const single = /^=\s*([^=\s]+)$/.exec(part.trim());
      throw new LineFault(
        `${JSON.stringify(whole)} is no requirement`,
        single ? `${name}==${single[1]}` : `${name}>=1.0`,
      );
    });
}

function parseExtras(text: string | undefined, whole: string): readonly string[] {
  const inner = text?.slice(1, -1).trim() ?? "";
  if (inner === "") return [];
  return inner.split(",").map((part) => {
    const extra = part.trim();
    if (new RegExp(`^${nameText}$`).test(extra)) return extra;
    throw new LineFault(
      `${JSON.stringify(shown(whole))} has an extra ${JSON.stringify(extra)} that is no name`,
    );
  });
}

function checkMarker(text: string | undefined): string | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  try {
    parseMarker(text);
  } catch (cause) {
    if (cause instanceof MarkerFault) throw new LineFault(cause.message, '; python_version >= "3.9"');
    throw cause;
  }
  return text.trim();
}

function isAddress(text: string): boolean {
  return /^(https?|file|ftp|[a-z]+\+[a-z]+):/i.test(text);
}

/** What pip takes for a path: it has a slash, begins with a dot, or is called like an archive. */
function looksLikePath(text: string): boolean {
  const body = text.split(";")[0]?.trim() ?? "";
  const bare = body.replace(/\[[^\]]*\]$/, "");
  return bare.startsWith(".") || /^[^<>=!~]*\//.test(bare) || archiveSuffix.test(bare);
}

/** URLs may carry a password. */
function shown(text: string): string {
  return redact(text, { secrets: [] });
}
