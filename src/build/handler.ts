import type { Warning } from "../errors.ts";
import type { Language } from "../workspace/runtimes.ts";

/**
 * A warning when the tree lacks the module that `Handler` names
 * (https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html#naming). A layer may bring it: then nothing is said.
 */
export function handlerWarning(
  handler: string,
  language: Language,
  paths: ReadonlySet<string>,
  hasLayers: boolean,
): Warning | undefined {
  const candidates = handlerFiles(handler, language);
  if (candidates.length === 0 || hasLayers || candidates.some((path) => paths.has(path))) return undefined;
  const found = [...paths].filter((path) => !path.includes("/") && /\.(py|m?js|cjs)$/.test(path)).slice(0, 3);
  const hint = found.length > 0 ? ` (the source has ${found.join(", ")})` : "";
  return {
    code: "handler-missing",
    message: `Handler is ${handler}, but nothing in the zip is ${candidates[0]}${hint}`,
    hint: "name the handler in brig.yaml: function: {Handler: module.function}",
  };
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
