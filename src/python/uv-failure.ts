import { tmpdir } from "node:os";
import { BrigError } from "../errors.ts";
import { credentialsHint, unreachableHint } from "./http-fault.ts";
import { renderUrl } from "./http-route.ts";
import type { IndexSettings } from "./index-settings.ts";
import { redact } from "./redact.ts";
import { splitCredentials } from "./url-credentials.ts";

/** Characters of uv's explanation that an error quotes at most. */
const longest = 700;

/**
 * uv's own explanation of a failure as one line: without progress, hints, credentials, and the names of temporary files.
 *
 * @param hidden absolute paths and what to call them instead
 * @throws BrigError `disk-full`, which no other requirement would help against
 */
export function explainFailure(
  stderr: string,
  settings: Pick<IndexSettings, "secrets">,
  hidden: ReadonlyMap<string, string> = new Map(),
): string {
  refuseFullDisk(stderr);
  let text = "";
  const [fault = "", ...hints] = stderr.split(/^hint:/m);
  // uv takes a refused password for a package that is not there, and says so in a hint alone.
  const refusal = hints.find((hint) => /\b(401|403|407)\b/.test(hint)) ?? "";
  for (const written of `${fault}\n${refusal}`.split("\n")) {
    const line = written.trim();
    if (line === "" || noise.test(line)) continue;
    const said = line.replace(beginning, "");
    const link = said === line ? " " : ": ";
    text = text === "" ? said : text.replace(/[.:]$/, "") + link + said;
  }
  text = text.replace(/[.:]$/, "");
  for (const [path, name] of hidden) text = text.replaceAll(path, name);
  text = redact(text, settings).replace(/^No solution found when resolving dependencies: /, "");
  return text.length > longest ? `${text.slice(0, longest)}…` : text || "it said nothing";
}

/** @throws BrigError `disk-full` where that is why uv failed */
export function refuseFullDisk(stderr: string): void {
  // ENOSPC and EDQUOT, as Rust words them.
  if (!/\(os error (28|122|69)\)/.test(stderr)) return;
  throw new BrigError(
    "disk-full",
    `no space is left for uv, in its cache or for temporary files in ${tmpdir()}`,
    `df -h '${tmpdir()}' "$(uv cache dir)"   # or use another place: export TMPDIR=/var/tmp`,
  );
}

const noise =
  /^(warning:|Resolved\b|Updating\b|Updated\b|Building\b|Built\b|Downloading\b|Downloaded\b|Using (C?Python)\b)/;
/** How uv begins the error and each cause of it. */
const beginning = /^(error|cause|Caused by|×|╰─▶|├─▶):?\s+/;

/** The error for a resolution that failed: what kind it is shows in uv's words, for its exit status is the same for all. */
export function resolveFault(explanation: string, offline: boolean, hint: string | null): BrigError {
  if (offline) {
    return new BrigError(
      "offline",
      `resolving needs what is not in uv's cache, and the network is not to be used: ${explanation}`,
      "brig lock   # once with the network, without --offline and BRIG_OFFLINE",
    );
  }
  const url = findAddress(explanation);
  if (/\b(401|403|407)\b/.test(explanation)) {
    return new BrigError(
      "download-failed",
      `an index refused uv: ${explanation}`,
      credentialsHint(url?.hostname ?? "HOST"),
    );
  }
  if (/Git operation failed/.test(explanation)) {
    return new BrigError(
      "download-failed",
      `git cannot get what is required: ${explanation}`,
      url ? `git ls-remote '${url.href}'` : null,
    );
  }
  if (/invalid port number/.test(explanation)) {
    return new BrigError(
      "resolve-failed",
      `an address is no URL: ${explanation}`,
      "in a password, write / as %2F, ? as %3F, # as %23 and @ as %40",
    );
  }
  if (
    /failed to fetch|error sending request|dns error|connect error|timed out|certificate/i.test(explanation)
  ) {
    const way = url ? unreachableHint(renderUrl(url)) : "brig doctor";
    return new BrigError("download-failed", `uv cannot reach what it needs: ${explanation}`, way);
  }
  return new BrigError("resolve-failed", `the requirements cannot be resolved: ${explanation}`, hint);
}

/** The address that uv quotes, without the asterisks that stand for its credentials. */
function findAddress(explanation: string): URL | undefined {
  const [text] = /https?:\/\/[^\s`'"()<>]*[^\s`'"()<>.,:;]/.exec(explanation) ?? [];
  return text !== undefined && URL.canParse(text) ? new URL(splitCredentials(text).url) : undefined;
}
