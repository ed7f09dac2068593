/** The documents and the program say the same: verbs, flags, error codes, settings, links. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { type Flags, globalFlags } from "../src/cli/command.ts";
import { commands } from "../src/cli/commands/table.ts";
import { flagName } from "../src/cli/parse-arguments.ts";
import { exitStatusByCode } from "../src/errors.ts";
import { parseSettings } from "../src/workspace/parse-settings.ts";
import { settingsSchema } from "../src/workspace/settings-schema.ts";

const root = join(import.meta.dirname, "..");

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

function flagsOf(flags: Flags): string[] {
  return Object.keys(flags).map((name) => `--${flagName(name)}`);
}

/** Text below a heading, up to the next one of its level or above; without code blocks. */
function sectionOf(document: string, heading: string): string {
  const text = withoutBlocks(document);
  const start = text.indexOf(`\n${heading}\n`);
  if (start === -1) throw new Error(`no heading ${heading}`);
  const level = heading.slice(0, heading.indexOf(" "));
  const body = text.slice(start + heading.length + 2);
  const end = body.search(new RegExp(`^#{1,${level.length}} `, "m"));
  return end === -1 ? body : body.slice(0, end);
}

function withoutBlocks(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, "");
}

function blocksOf(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, "gm"))].map(
    (match) => match[1]!,
  );
}

describe("commands", () => {
  const globals = flagsOf(globalFlags);
  const pages = readdirSync(join(root, "docs/commands")).filter((name) => name !== "README.md");

  test("every verb has its page, and every page its verb", () => {
    expect(pages.toSorted()).toEqual(commands.map(({ name }) => `${name}.md`).toSorted());
    const index = read("docs/commands/README.md");
    for (const { name } of commands) expect(index, name).toContain(`[${name}](${name}.md)`);
  });

  test.each(commands)("$name: its page names every flag and no other", ({ name, flags }) => {
    const page = read(`docs/commands/${name}.md`);
    const described = sectionOf(page, "## Flags");
    for (const flag of flagsOf(flags))
      expect(described, flag).toMatch(new RegExp(`^- \`${flag}( [A-Z]+)?\``, "m"));
    // Flags of other programs and of other verbs stand behind their names: `aws … --zip-file`, `brig lock --check`.
    const own = page
      .replace(/^\$ (?!brig).*$/gm, "")
      .replace(/`?brig (\w+)[^`\n]*/g, (line, verb: string) => (verb === name ? line : ""));
    const known = new Set([...flagsOf(flags), ...globals]);
    const ghosts = [...own.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)]
      .map(([flag]) => flag)
      .filter((flag) => !known.has(flag));
    expect(ghosts).toEqual([]);
  });

  test.each(commands)(
    "$name: its page has the sections of every page, in their order, and its examples",
    (command) => {
      const page = read(`docs/commands/${command.name}.md`);
      const headings = [...page.matchAll(/^##? (.+)$/gm)].map((match) => match[1]);
      expect(headings).toEqual([`brig ${command.name}`, "Flags", "JSON", "Exit status", "Examples"]);
      for (const example of command.examples) expect(page).toContain(example);
    },
  );

  test("the flags of every verb are described once for all", () => {
    const table = sectionOf(read("docs/commands/README.md"), "## Flags of every verb");
    for (const [name, { short }] of Object.entries<Flags[string]>(globalFlags)) {
      expect(table).toMatch(new RegExp(`\\| .*\`--${flagName(name)}`));
      if (short !== undefined) expect(table).toMatch(new RegExp(`\`-${short}[ \`]`));
    }
  });

  test("what is written of brig anywhere uses verbs and flags that exist", () => {
    const invented: string[] = [];
    for (const file of documents) {
      for (const [line, verb, rest] of read(file).matchAll(
        /(?:^\$ |`)(?:\S*\/)?brig ([a-z]+)\b([^`\n|]*)/gm,
      )) {
        const command = commands.find(({ name }) => name === verb);
        const known = new Set([...flagsOf(command?.flags ?? {}), ...globals]);
        const strange = [...rest!.matchAll(/(?<=\s)--[a-z-]+/g)].filter(([flag]) => !known.has(flag));
        if (command === undefined || strange.length > 0) invented.push(`${file}: ${line}`);
      }
    }
    expect(invented).toEqual([]);
  });
});

describe("errors", () => {
  const page = read("docs/errors.md");
  const sections = [...page.matchAll(/^## (.+)$/gm)].map((match) => match[1]!);
  const warnings = [...sectionOfWarning().matchAll(/"([a-z-]+)"/g)].map((match) => match[1]!);
  const codes = [...Object.keys(exitStatusByCode), ...warnings, "internal"];

  /** Codes that only warnings have are a type, so they are read from its text. */
  function sectionOfWarning(): string {
    return /interface Warning \{\s*readonly code: ([^;]+);/.exec(read("src/errors.ts"))![1]!;
  }

  test("every code has its section, and every section its code", () => {
    expect(warnings.length).toBeGreaterThan(0);
    expect(sections.toSorted()).toEqual(codes.toSorted());
  });

  test.each(Object.entries(exitStatusByCode))("%s: the section says the exit status %i", (code, status) => {
    const section = sectionOf(page, `## ${code}`).trim();
    expect(section).toMatch(new RegExp(`^(Exit status ${status}\\b|A warning\\.)`));
  });
});

describe("settings", () => {
  const guide = read("docs/guide.md");
  const blocks = blocksOf(guide, "yaml");
  const settings = blocks.filter((block) => /^# \S*brig\.yaml\n/.test(block));

  test("every YAML block says which file it is", () => {
    expect(blocks.filter((block) => !/^# \S+\.ya?ml\n/.test(block))).toEqual([]);
    expect(settings.length).toBeGreaterThan(3);
  });

  test.each(settings.map((block, index) => ({ block, name: `${block.split("\n")[0]} (${index + 1})` })))(
    "$name",
    ({ block }) => {
      expect(parseSettings(block, "docs/guide.md").warnings).toEqual([]);
    },
  );

  test("settings in a line are right, too", () => {
    const inline = [
      ...`${guide}${read("docs/errors.md")}`.matchAll(/`((?:function|build|test): \{[^`…]+\})`/g),
    ];
    expect(inline.length).toBeGreaterThan(3);
    for (const [, text] of inline) parseSettings(text!, "docs");
  });

  test("every key is explained, and no other", () => {
    const { build, test: tests, targets } = settingsSchema.shape;
    const keys = {
      build: Object.keys(build.unwrap().shape),
      test: Object.keys(tests.unwrap().shape),
      targets: Object.keys(targets.unwrap().valueType.shape),
    };
    for (const [section, known] of Object.entries(keys)) {
      const rows = [...sectionOf(guide, `### ${section}`).matchAll(/^\| `([^`]+)` \|/gm)].map(
        (match) => match[1]!,
      );
      expect(rows.toSorted(), section).toEqual(known.toSorted());
    }
    for (const section of Object.keys(settingsSchema.shape)) expect(guide).toContain(`\n### ${section}\n`);
  });
});

/** Every document, relative to the root; those of the examples too. */
const documents = [
  ...readdirSync(root).filter((name) => name.endsWith(".md")),
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

describe("links", () => {
  test.each(documents)("%s: every link leads somewhere", (document) => {
    const text = withoutBlocks(read(document));
    const broken = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map((match) => match[1]!)
      .filter((link) => !/^https?:/.test(link) && !leadsSomewhere(document, link));
    expect(broken).toEqual([]);
  });
});

function leadsSomewhere(document: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const file = path === "" ? document : relative(root, join(root, dirname(document), path));
  if (!existsSync(join(root, file))) return false;
  return anchor === undefined || anchorsOf(read(file)).includes(anchor);
}

/** As git hosts make them of headings: lower case, spaces as hyphens, punctuation dropped. */
function anchorsOf(text: string): string[] {
  return [...withoutBlocks(text).matchAll(/^#{1,6} (.+)$/gm)].map((match) =>
    match[1]!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe("README", () => {
  test("its two commands stand there as they are typed, and CI runs the second", () => {
    const blocks = blocksOf(read("README.md"), "console");
    expect(blocks[0]).toMatch(/^\$ \.\/scripts\/brig build status-page\n/);
    expect(blocks[1]).toBe("$ npm cit\n");
    expect(read(".ci/run")).toMatch(/^npm cit$/m);
    expect(existsSync(join(root, "functions/status-page/src"))).toBe(true);
  });

  test("prerequisites are those of the package", () => {
    const { engines } = JSON.parse(read("package.json")) as { engines: { node: string } };
    expect(read("README.md")).toContain("≥ 20.20");
    expect(engines.node).toBe(">=20.20.0");
  });
});
