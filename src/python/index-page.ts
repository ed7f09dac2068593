import type { PylockFile } from "./pylock.ts";
import { splitCredentials } from "./url-credentials.ts";

/** What an index answers in: its JSON (PEP 691), or HTML (PEP 503), which older ones and find-links pages know alone. */
export const indexPageTypes =
  "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1";

export interface IndexPage {
  readonly text: string;
  /** Where the text came from in the end: what relative addresses refer to. */
  readonly url: string;
  readonly contentType: string;
}

/** Files that a project's page lists; yanked ones are left out, and whatever makes no sense is passed over. */
export function parseIndexPage(page: IndexPage): readonly PylockFile[] {
  return /json/i.test(page.contentType) ? parseJsonPage(page) : parseHtmlPage(page);
}

function parseJsonPage(page: IndexPage): readonly PylockFile[] {
  let content: unknown;
  try {
    content = JSON.parse(page.text);
  } catch {
    return [];
  }
  const files = asRecord(content)?.["files"];
  if (!Array.isArray(files)) return [];
  return files.map(asRecord).flatMap((file) => {
    const { filename, url, size, yanked } = file ?? {};
    if (typeof filename !== "string" || typeof url !== "string" || (yanked ?? false) !== false) return [];
    const sha256 = asRecord(file?.["hashes"])?.["sha256"];
    return fileAt(
      url,
      page.url,
      filename,
      typeof sha256 === "string" ? sha256 : undefined,
      typeof size === "number" ? size : undefined,
    );
  });
}

function parseHtmlPage(page: IndexPage): readonly PylockFile[] {
  const base = /<base\s[^>]*href\s*=\s*["']([^"']*)["']/i.exec(page.text)?.[1];
  const from = base !== undefined && URL.canParse(base, page.url) ? new URL(base, page.url).href : page.url;
  return [...page.text.matchAll(/<a\s([^>]*)>([^<]*)<\/a>/gi)].flatMap(([, attributes = "", text = ""]) => {
    const href = /(?:^|\s)href\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(attributes);
    if (!href || /(?:^|\s)data-yanked/i.test(attributes)) return [];
    const url = unescapeHtml(href[1] ?? href[2] ?? "");
    const sha256 = /#sha256=([0-9a-f]{64})/i.exec(url)?.[1];
    return fileAt(
      url.replace(/#.*$/s, ""),
      from,
      fileName(url) ?? unescapeHtml(text).trim(),
      sha256,
      undefined,
    );
  });
}

function fileAt(
  url: string,
  base: string,
  name: string,
  sha256: string | undefined,
  size: number | undefined,
): readonly PylockFile[] {
  if (!URL.canParse(url, base) || name === "" || /[/\\]/.test(name)) return [];
  const absolute = splitCredentials(new URL(url, base).href).url;
  return [{ name, url: absolute, path: undefined, size, sha256: sha256?.toLowerCase() }];
}

function fileName(url: string): string | undefined {
  const last =
    url
      .replace(/[?#].*$/s, "")
      .split("/")
      .at(-1) ?? "";
  try {
    return decodeURIComponent(last) || undefined;
  } catch {
    return last || undefined;
  }
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&#43;", "+")
    .replaceAll("&amp;", "&");
}

function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
