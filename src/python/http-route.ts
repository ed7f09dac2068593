import type { Context } from "../context.ts";
import type { IndexSettings, PackageIndex } from "./index-settings.ts";
import { type NetrcEntry, selectNetrcEntry } from "./netrc.ts";

/** Whether the certificates of this URL's host are not to be checked. */
export function isInsecure(url: URL, settings: IndexSettings): boolean {
  return settings.insecureHosts.some((host) =>
    [url.hostname, url.host, `${url.hostname}:${portOf(url)}`].includes(host),
  );
}

/**
 * The proxy for a URL: the configured one, else HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, lower case first as curl does;
 * none for the hosts of NO_PROXY (`*`, `host`, `.domain`, `host:port`; a host means those below it, too).
 */
export function selectProxy(url: URL, settings: IndexSettings, env: Context["env"]): string | undefined {
  const variable = (name: string): string | undefined => env[name.toLowerCase()] || env[name] || undefined;
  if (isExempt(url, variable("NO_PROXY") ?? "")) return undefined;
  const proxy =
    settings.proxy ??
    variable(url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY") ??
    variable("ALL_PROXY");
  if (!proxy) return undefined;
  return /^[a-z][a-z0-9]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}

function isExempt(url: URL, list: string): boolean {
  return list
    .split(/[\s,]+/)
    .filter((item) => item !== "")
    .some((item) => {
      if (item === "*") return true;
      const [, name = "", port] = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(item) ?? [];
      const host = name.replace(/^\*?\./, "").toLowerCase();
      const own = url.hostname.replace(/^\[|\]$/g, "");
      return (own === host || own.endsWith(`.${host}`)) && (port === undefined || port === portOf(url));
    });
}

function portOf(url: URL): string {
  return url.port || (url.protocol === "https:" ? "443" : "80");
}

/**
 * The value of the Authorization header for a URL: the credentials in it, else those of the index or other address on the same
 * origin (of several, the one whose path is most alike), else those of the netrc file for its host.
 */
export function selectAuthorization(
  url: URL,
  settings: IndexSettings,
  netrc: readonly NetrcEntry[],
): string | undefined {
  if (url.username || url.password) return basic(decode(url.username), decode(url.password));
  let best: PackageIndex | undefined;
  for (const index of [...settings.indexes, ...settings.credentials])
    if (index.username !== undefined && URL.canParse(index.url) && new URL(index.url).origin === url.origin)
      if (!best || sharedPath(index.url, url) > sharedPath(best.url, url)) best = index;
  if (best) return basic(best.username ?? "", best.password ?? "");
  const entry = selectNetrcEntry(netrc, url.hostname);
  return entry?.password === undefined ? undefined : basic(entry.login ?? "", entry.password);
}

/** How many leading parts of the paths are the same. */
function sharedPath(index: string, url: URL): number {
  const parts = url.pathname.split("/");
  const different = new URL(index).pathname.split("/").findIndex((part, at) => part !== parts[at]);
  return different === -1 ? Infinity : different;
}

export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** A `%` that begins no escape stands for itself. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A URL as it may be shown: without credentials, and without a query, which may be a signature. */
export function renderUrl(url: URL): string {
  return `${url.origin === "null" ? `${url.protocol}//` : url.origin}${url.pathname}`;
}
