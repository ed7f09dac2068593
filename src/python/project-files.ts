import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { BrigError } from "../errors.ts";
import type { HttpClient } from "./http.ts";
import { indexPageTypes, parseIndexPage } from "./index-page.ts";
import type { IndexSettings } from "./index-settings.ts";
import type { PylockFile } from "./pylock.ts";
import { matchWheelName } from "./wheel/wheel-name.ts";
import { normaliseName } from "./wheel/project-name.ts";

/**
 * Every file of a project in find-links (with `path` absolute where it is local) and indexes, best place first.
 *
 * @throws BrigError `offline`, `interrupted`; `download-failed` only where nothing at all was found
 */
export async function fetchProjectFiles(
  name: string,
  settings: IndexSettings,
  http: HttpClient,
): Promise<readonly PylockFile[]> {
  const files: PylockFile[] = [];
  let failure: BrigError | undefined;
  const indexes = settings.indexes.map((index) => `${index.url.replace(/\/+$/, "")}/${name}/`);
  for (const place of [...settings.findLinks, ...indexes]) {
    try {
      files.push(...(await listPlace(place, http)).filter((file) => projectOf(file.name) === name));
    } catch (cause) {
      // One index that does not know the project, or is not to be reached, does not hide what the others have.
      if (!(cause instanceof BrigError) || cause.code !== "download-failed") throw cause;
      failure = cause;
    }
  }
  if (files.length === 0 && failure) throw failure;
  return files;
}

/** The same for wording an error or narrowing a choice, where an index out of reach is as good as an empty one. */
export async function listProjectFiles(
  name: string,
  settings: IndexSettings,
  http: HttpClient,
): Promise<readonly PylockFile[]> {
  return fetchProjectFiles(name, settings, http).catch((cause: unknown) => {
    if (cause instanceof BrigError && (cause.code === "download-failed" || cause.code === "offline"))
      return [];
    throw cause;
  });
}

async function listPlace(place: string, http: HttpClient): Promise<readonly PylockFile[]> {
  if (place.startsWith("/")) return readLocalLinks(place);
  return /^https?:/i.test(place) ? parseIndexPage(await http.fetchText(place, indexPageTypes)) : [];
}

/** The normalised project that a wheel or sdist is of, by its file name. */
function projectOf(file: string): string | undefined {
  const wheel = matchWheelName(file);
  if (wheel) return normaliseName(wheel.name);
  const sdist = /^(.+)-[^-]+?\.(?:tar\.gz|zip|tar\.bz2|tgz)$/i.exec(file)?.[1];
  return sdist === undefined ? undefined : normaliseName(sdist);
}

async function readLocalLinks(path: string): Promise<readonly PylockFile[]> {
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isFile()) {
    if (!/\.html?$/i.test(path)) return [localFile(path)];
    const text = await readFile(path, "utf8");
    return parseIndexPage({ text, url: pathToFileURL(path).href, contentType: "text/html" });
  }
  const names = stats ? await readdir(path).catch(() => []) : [];
  return names.map((name) => localFile(join(path, name)));
}

function localFile(path: string): PylockFile {
  return { name: path.split("/").at(-1) ?? path, url: undefined, path, size: undefined, sha256: undefined };
}
