import { findLinksForUv, type IndexSettings } from "./index-settings.ts";
import { pipStrategy } from "./read-index-settings.ts";
import type { Requirements } from "./requirements.ts";
import { secretsIn, splitCredentials } from "./url-credentials.ts";

/**
 * The settings with what the requirements files themselves say about indexes on top, as pip has it: `--index-url` replaces
 * the default index, `--extra-index-url` and `--find-links` add to what is configured, `--no-index` leaves only find-links.
 */
export function withRequirementIndexes(settings: IndexSettings, requirements: Requirements): IndexSettings {
  const { options } = requirements;
  const noIndex = settings.noIndex || options.noIndex;
  const others = settings.indexes.slice(0, -1);
  const standard =
    options.indexUrl === undefined ? settings.indexes.slice(-1) : [splitCredentials(options.indexUrl)];
  const direct = [...requirements.requirements, ...requirements.constraints].flatMap((requirement) =>
    addressesIn(requirement.text),
  );
  const added = [options.indexUrl, ...options.extraIndexUrls, ...options.findLinks, ...direct].filter(
    (url) => url !== undefined,
  );
  return {
    ...settings,
    indexes: noIndex ? [] : [...options.extraIndexUrls.map(splitCredentials), ...others, ...standard],
    credentials: [
      ...settings.credentials,
      ...added
        .map(splitCredentials)
        .filter((index) => index.username !== undefined || index.password !== undefined),
    ],
    insecureHosts: [...settings.insecureHosts, ...options.trustedHosts],
    findLinks: [...settings.findLinks, ...options.findLinks.map((link) => splitCredentials(link).url)],
    noIndex,
    uvEnv: { ...settings.uvEnv, ...uvEnvOf(settings, requirements) },
    secrets: [...new Set([...settings.secrets, ...added.flatMap(secretsIn)])],
  };
}

function uvEnvOf(settings: IndexSettings, { options }: Requirements): Record<string, string> {
  const added: Record<string, string> = {};
  if (options.indexUrl !== undefined) added["UV_DEFAULT_INDEX"] = options.indexUrl;
  if (options.extraIndexUrls.length > 0) {
    added["UV_INDEX"] = join(" ", ...options.extraIndexUrls, settings.uvEnv["UV_INDEX"]);
    added["UV_INDEX_STRATEGY"] = settings.uvEnv["UV_INDEX_STRATEGY"] ?? pipStrategy;
  }
  if (options.findLinks.length > 0) {
    added["UV_FIND_LINKS"] = join(",", findLinksForUv(options.findLinks), settings.uvEnv["UV_FIND_LINKS"]);
  }
  if (options.trustedHosts.length > 0) {
    added["UV_INSECURE_HOST"] = join(" ", ...options.trustedHosts, settings.uvEnv["UV_INSECURE_HOST"]);
  }
  return added;
}

function join(separator: string, ...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join(separator);
}

function addressesIn(text: string): readonly string[] {
  return [...text.matchAll(/[a-z][a-z0-9+.-]*:\/\/\S+/gi)].map((match) => match[0].replace(/^git\+/i, ""));
}
