import picomatch from "picomatch";

/**
 * Compiles globs of `build.exclude`: whether a path, relative and with `/`, is left out. A pattern that matches a folder
 * leaves out all of it, with or without a `/` at its end. Dot files match as others do; `!` negates nothing.
 */
export function compileExcludes(patterns: readonly string[]): (path: string) => boolean {
  if (patterns.length === 0) return () => false;
  const matches = picomatch(
    patterns.map((pattern) => pattern.replace(/^\.\/|\/+$/g, "")),
    { dot: true, nonegate: true },
  );
  const folders = new Map<string, boolean>();
  const isFolderOut = (folder: string): boolean => {
    const known = folders.get(folder);
    if (known !== undefined) return known;
    const out = matches(folder) || isInside(folder);
    folders.set(folder, out);
    return out;
  };
  const isInside = (path: string): boolean => {
    const end = path.lastIndexOf("/");
    return end > 0 && isFolderOut(path.slice(0, end));
  };
  return (path) => matches(path) || isInside(path);
}
