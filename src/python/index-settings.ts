import { createHash } from "node:crypto";
import { relative, sep } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Where packages come from, as pip's and uv's own configuration say: for uv (`uvEnv`, `uvArguments`) and for brig's own
 * downloads (everything else). Read by read-index-settings.ts. Holds secrets: never print one.
 */
export interface IndexSettings {
  /** Indexes in order of precedence, the default one (PyPI where none is named) last. URLs without credentials. */
  readonly indexes: readonly PackageIndex[];
  /** Further addresses with credentials: find-links and direct URLs of requirements. They hold for their origin. */
  readonly credentials: readonly PackageIndex[];
  /** Whether the program `keyring` is asked for passwords of addresses that name a user alone. */
  readonly keyring: boolean;
  /** Absolute path of the netrc file that applies, if there is one. */
  readonly netrc: string | undefined;
  /** Absolute paths of PEM files with further certificate authorities. */
  readonly caFiles: readonly string[];
  /** Absolute path of a folder of PEM files (`SSL_CERT_DIR`). */
  readonly caDirectory: string | undefined;
  /** Absolute path of a PEM file with certificate and key. */
  readonly clientCertificate: string | undefined;
  /** For all requests; where absent, HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY of the environment apply. */
  readonly proxy: string | undefined;
  /** `host` or `host:port` whose certificates are not checked. */
  readonly insecureHosts: readonly string[];
  /** Milliseconds without a byte until a request is given up. */
  readonly timeout: number;
  /** URLs of pages or files (without credentials), and absolute paths of folders or pages that exist. */
  readonly findLinks: readonly string[];
  readonly noIndex: boolean;
  /** uv's `exclude-newer` and `index-strategy`, where they are set: what of the indexes counts. */
  readonly excludeNewer: string | undefined;
  readonly strategy: string | undefined;
  /** To be added to the environment of uv. */
  readonly uvEnv: Readonly<Record<string, string>>;
  /** Every value that must not appear in any text: passwords, tokens, user names that are tokens. */
  readonly secrets: readonly string[];
}

export interface PackageIndex {
  /** Without credentials. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
}

/** Arguments that `uv pip compile`, `uv build`, … need beside `uvEnv`: uv has no variable for `--no-index`. */
export function uvArguments(settings: IndexSettings): readonly string[] {
  return settings.noIndex ? ["--no-index"] : [];
}

/** `UV_FIND_LINKS` is split at commas, so folders travel as URLs. */
export function findLinksForUv(links: readonly string[]): string {
  return links
    .map((link) => (link.startsWith("/") ? pathToFileURL(link).href : link).replaceAll(",", "%2C"))
    .join(",");
}

/**
 * A digest of the indexes in effect: the same with another token, proxy or certificate, and for a clone elsewhere
 * (folders of the repository count relative to `folder`, the function's own).
 *
 * @param boundary absolute path of the repository
 * @returns hex SHA-256
 */
export function indexKey(settings: IndexSettings, folder: string, boundary: string): string {
  const links = settings.findLinks.map((link) => {
    if (!link.startsWith("/")) return normaliseUrl(link);
    // What is outside stays where it is when the repository is cloned.
    const isOutside = relative(boundary, link).split(sep)[0] === "..";
    return isOutside ? link : relative(folder, link);
  });
  const indexes = settings.indexes.map((index) => normaliseUrl(index.url));
  const { noIndex, excludeNewer, strategy } = settings;
  return createHash("sha256")
    .update(JSON.stringify({ indexes, links, noIndex, excludeNewer, strategy }))
    .digest("hex");
}

function normaliseUrl(text: string): string {
  return URL.canParse(text) ? new URL(text).href.replace(/\/+$/, "") : text;
}
