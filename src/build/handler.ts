import type { Warning } from "../errors.ts";
import type { Language } from "../workspace/runtimes.ts";

/**
 * A warning when the tree lacks the module that `Handler` names
 * (https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html#naming).
 *
 * @param has whether the tree has a file
 * @param names names at the tree's root
 */
export function handlerWarning(
  handler: string,
  language: Language,
  has: (path: string) => boolean,
  names: readonly string[],
): Warning | undefined {
  const candidates = handlerFiles(handler, language);
  if (candidates.length === 0 || candidates.some(has) || isExtension(candidates[0]!, names)) return undefined;
  const found = names.filter((name) => /\.(py|m?js|cjs)$/.test(name)).slice(0, 3);
  const hint = found.length > 0 ? ` (the source has ${found.join(", ")})` : "";
  return {
    code: "handler-missing",
    message: `Handler is ${handler}, but nothing in the zip is ${candidates[0]}${hint}`,
    hint: "name the handler in brig.yaml: function: {Handler: module.function}",
  };
}

/** A compiled module: `lambda_function.cpython-313-x86_64-linux-gnu.so`. */
function isExtension(candidate: string, names: readonly string[]): boolean {
  const module = candidate.replace(/\.py$/, "");
  return names.some((name) => name.startsWith(`${module}.`) && name.endsWith(".so"));
}

function handlerFiles(handler: string, language: Language): string[] {
  const module = handler.slice(0, Math.max(handler.lastIndexOf("."), 0));
  switch (language) {
    case "python": {
      const path = module.replaceAll(".", "/");
      return module === "" ? [handler] : [`${path}.py`, `${path}/__init__.py`, `${path}.pyc`];
    }
    case "nodejs":
      return module === "" ? [handler] : [".js", ".mjs", ".cjs"].map((ending) => `${module}${ending}`);
    case "provided":
      return ["bootstrap"];
    case "java":
    case "dotnet":
    case "ruby":
      return [];
  }
}
