import type { IndexSettings } from "./index-settings.ts";

/** `user:pass/word@host`: no URL, for behind the colon stands no port. Whoever forgot to encode `/`, `?` or `#` wrote it. */
const unencoded = /([a-z][a-z0-9+.-]*:\/\/)(?=[^\s/?#@[\]:]*:(?!\d*(?:[/?#\s'"`<>]|$)))[^\s'"`<>]+@/gi;

/**
 * Takes credentials out of text that other programs wrote (uv, git, pip, servers) before it is shown or stored:
 * the userinfo of every URL, and every secret that the settings hold, wherever it stands.
 */
export function redact(text: string, settings: Pick<IndexSettings, "secrets">): string {
  let shown = text
    .replace(unencoded, "$1***@")
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/?#'"`<>]+@/gi, "$1***@");
  for (const secret of settings.secrets.toSorted((one, other) => other.length - one.length)) {
    // Shorter ones are no secrets, and would tear the text apart.
    if (secret.length < 4) continue;
    shown = shown.replaceAll(secret, "***").replaceAll(encodeURIComponent(secret), "***");
  }
  return shown;
}
