import type { Lock, LockedFile, LockedPackage } from "./lock.ts";

/**
 * The text of a `pylock.toml` (PEP 751): the same for the same lock, readable by `uv pip install -r`, `uv pip sync`
 * and other installers. What is particular to brig stands under `[tool.brig]`.
 */
export function renderLock(lock: Lock): string {
  const { target } = lock;
  const minor = Number(target.python.split(".")[1]);
  const platform = target.system === "linux" ? "linux" : "darwin";
  const machine = target.system === "macos" && target.machine === "aarch64" ? "arm64" : target.machine;
  const head = [
    "# The exact packages of this function. Written by `brig lock`: check it in, do not edit it.",
    'lock-version = "1.0"',
    `environments = [${quote(`sys_platform == '${platform}' and platform_machine == '${machine}'`)}]`,
    // Wheels were chosen for this minor version alone.
    `requires-python = ">=${target.python},<3.${minor + 1}"`,
    'created-by = "brig"',
  ];
  const own = [
    "[tool.brig]",
    `format = ${lock.inputs.format}`,
    `python = ${quote(target.python)}`,
    `system = ${quote(target.system)}`,
    `machine = ${quote(target.machine)}`,
    `floor = ${quote(target.floor.join("."))}`,
    `requirements = ${quote(lock.inputs.requirements)}`,
    `indexes = ${quote(lock.inputs.indexes)}`,
  ];
  const blocks = [head, ...lock.packages.map(renderPackage), own];
  // PEP 751 asks for `packages` even where there are none.
  if (lock.packages.length === 0) head.push("packages = []");
  return blocks.map((lines) => `${lines.join("\n")}\n`).join("\n");
}

function renderPackage(entry: LockedPackage): string[] {
  const lines = ["[[packages]]", `name = ${quote(entry.name)}`];
  if (entry.version !== undefined) lines.push(`version = ${quote(entry.version)}`);
  lines.push(renderSource(entry));
  return lines;
}

function renderSource({ source }: LockedPackage): string {
  if (source.kind === "wheel") return `wheels = [\n    ${renderInline(fileMembers(source.file))},\n]`;
  if (source.kind === "sdist") return `sdist = ${renderInline(fileMembers(source.file))}`;
  if (source.kind === "directory") return `directory = ${renderInline({ path: quote(source.path) })}`;
  const subdirectory = textOf(source.subdirectory);
  if (source.kind === "archive") {
    // PEP 751 has no `name` here: it is the last part of the address.
    return `archive = ${renderInline({ ...fileMembers(source.file), name: undefined, subdirectory })}`;
  }
  const { type, url, commit } = source;
  return `vcs = ${renderInline({ type: quote(type), url: quote(url), "commit-id": quote(commit), subdirectory })}`;
}

type Members = Readonly<Record<string, string | undefined>>;

function fileMembers(file: LockedFile): Members {
  return {
    name: quote(file.name),
    url: textOf(file.url),
    path: textOf(file.path),
    size: file.size === undefined ? undefined : String(file.size),
    hashes: `{ sha256 = ${quote(file.sha256)} }`,
  };
}

function renderInline(members: Members): string {
  const parts = Object.entries(members).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key} = ${value}`],
  );
  return `{ ${parts.join(", ")} }`;
}

function textOf(value: string | undefined): string | undefined {
  return value === undefined ? undefined : quote(value);
}

/** A basic string of TOML: the escapes of JSON are a part of its, but for DEL. */
function quote(text: string): string {
  return JSON.stringify(text).replaceAll("\u007f", "\\u007f");
}
