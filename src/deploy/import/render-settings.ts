import { stringify } from "yaml";
import type { Members } from "../members.ts";

/** A function's own brig.yaml, as `brig import` writes it. */
export interface ImportedSettings {
  readonly function: Members;
  readonly target: string;
  /** What the target says here; what it inherits is left out. */
  readonly targetSettings: Members;
  /** Where it comes from, for the first line. */
  readonly origin: string;
}

/** The text of brig.yaml, members in AWS's own order of importance: what runs first, then the rest by name. */
export function renderSettings(settings: ImportedSettings): string {
  const document = {
    ...(Object.keys(settings.function).length > 0 && { function: sorted(settings.function) }),
    targets: { [settings.target]: settings.targetSettings },
  };
  // Words of YAML 1.1 are quoted as well: other programs may read the file.
  const text = stringify(document, {
    lineWidth: 0,
    version: "1.2",
    compat: "yaml-1.1",
    aliasDuplicateObjects: false,
  });
  return `# Imported from ${settings.origin}. What AWS takes by itself is left out.\n${text}`;
}

const first = ["Runtime", "Handler", "Architectures", "MemorySize", "Timeout"];

function sorted(members: Members): Members {
  const rank = (name: string): number => (first.includes(name) ? first.indexOf(name) : first.length);
  const names = Object.keys(members).toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return Object.fromEntries(names.map((name) => [name, members[name]]));
}
