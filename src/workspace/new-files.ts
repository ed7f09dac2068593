import { BrigError } from "../errors.ts";
import { runtimeOf } from "./runtimes.ts";

/** A file that brig writes for people to go on with: its path, with `/`, and text. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
}

/** The root brig.yaml that `brig init` writes. */
export const rootSettings = `# Settings of all functions; one in a function's folder, or an API's, goes before.
# function:
#   MemorySize: 256
#   Timeout: 30
`;

/** Lines that a workspace's .gitignore must have: what brig makes in a function's folder. */
const ignored = ["stg/", "builds/"];

/** The text of .gitignore with the lines that it lacks added at its end; unchanged when it has them. */
export function addIgnoredFolders(text: string): string {
  const lines = new Set(text.split(/\r?\n/).map((line) => line.trim()));
  const missing = ignored.filter((each) => !lines.has(each) && !lines.has(each.slice(0, -1)));
  if (missing.length === 0) return text;
  const end = text === "" || text.endsWith("\n") ? "" : "\n";
  return `${text}${end}# What brig makes in a function's folder\n${missing.join("\n")}\n`;
}

export interface NewFunction {
  readonly name: string;
  /** The API that it belongs to. */
  readonly api: string | null;
  readonly runtime: string;
}

/**
 * The files of a new function, relative to the workspace's root.
 *
 * @throws BrigError `usage-invalid` for a name that AWS would not take or a language that brig has no start for
 */
export function renderNewFunction(options: NewFunction): readonly NewFile[] {
  const { name, api, runtime } = options;
  refuseName("function", name);
  if (api !== null) refuseName("API", api);
  const fullName = api === null ? name : `${api}-${name}`;
  if (fullName.length > 64) {
    throw new BrigError(
      "usage-invalid",
      `"${fullName}" is longer than the 64 characters that AWS Lambda allows`,
    );
  }
  const folder = api === null ? `functions/${name}` : `apis/${api}/functions/${name}`;
  const language = runtimeOf(runtime)?.language;
  if (language !== "python" && language !== "nodejs") {
    throw new BrigError(
      "usage-invalid",
      `brig has no start for a function with the runtime "${runtime}"`,
      `brig new ${name} --runtime python3.13, or a brig.yaml with build.command and build.output`,
    );
  }
  const files = language === "python" ? pythonFiles : nodeFiles;
  return [
    { path: "README.md", text: renderReadme(api === null ? name : `${api}/${name}`) },
    { path: "brig.yaml", text: `function:\n  Runtime: ${runtime}\n` },
    { path: "events/example.json", text: `{"name": "brig"}\n` },
    ...files,
  ].map((file) => ({ ...file, path: `${folder}/${file.path}` }));
}

/**
 * Names become parts of a Lambda function's name, which allows these characters.
 *
 * @throws BrigError `usage-invalid`
 */
export function refuseName(
  kind: "function" | "API",
  name: string,
  hint: (better: string) => string = (better) => `brig new ${better}`,
): void {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(name)) return;
  const better = name.replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^[-_]+|[-_]+$/g, "");
  throw new BrigError(
    "usage-invalid",
    `"${name}" cannot be the name of ${kind === "API" ? "an API" : "a function"}: ` +
      "it must be letters, digits, - and _, and begin with a letter or digit",
    hint(better === "" ? "hello" : better),
  );
}

/** A README to begin with, with the section on code review that `brig doctor` asks for. */
export function renderReadme(name: string): string {
  return `# ${name}

What this function is for, in a sentence or two.

## Owners

Who answers for it, and where to reach them.

## Code review policy

Who must approve a change to this folder, and what they look at.
`;
}

const pythonFiles: readonly NewFile[] = [
  { path: "requirements.txt", text: "# What src/ needs, as pip takes it: requests>=2.32\n" },
  {
    path: "src/lambda_function.py",
    text: `def lambda_handler(event, context):
    name = event.get("name", "world")
    return {"message": f"Hello, {name}!"}
`,
  },
  {
    path: "tests/test_lambda_function.py",
    text: `from lambda_function import lambda_handler


def test_greets_by_name():
    assert lambda_handler({"name": "brig"}, None) == {"message": "Hello, brig!"}


def test_greets_without_a_name():
    assert lambda_handler({}, None) == {"message": "Hello, world!"}
`,
  },
];

const nodeFiles: readonly NewFile[] = [
  {
    path: "src/index.mjs",
    text: `export async function handler(event) {
  return { message: \`Hello, \${event.name ?? "world"}!\` };
}
`,
  },
];
