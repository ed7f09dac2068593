import { describe, expect, test } from "vitest";
import type { Language } from "../workspace/runtimes.ts";
import { handlerWarning } from "./handler.ts";
import { planLayout } from "./layout.ts";
import { unzippedLimit, zippedLimit } from "./limits.ts";
import { imaginedArchive } from "./test-tree.ts";
import { measureParts, sizeWarnings } from "./tree-parts.ts";

function isMissing(handler: string, language: Language, ...paths: readonly string[]): boolean {
  const names = paths.map((path) => path.split("/")[0]!);
  return handlerWarning(handler, language, (path) => paths.includes(path), names) !== undefined;
}

describe("handlerWarning", () => {
  test("Python: a module, a package, a module in a package, an extension module", () => {
    expect(isMissing("lambda_function.lambda_handler", "python", "lambda_function.py")).toBe(false);
    expect(isMissing("app.handler", "python", "app/__init__.py")).toBe(false);
    expect(isMissing("app.main.handler", "python", "app/main.py")).toBe(false);
    expect(isMissing("app/main.handler", "python", "app/main.py")).toBe(false);
    expect(isMissing("app.handler", "python", "app.cpython-313-x86_64-linux-gnu.so")).toBe(false);
    expect(isMissing("app.handler", "python", "application.py", "app.txt")).toBe(true);
    expect(isMissing("handler", "python", "handler.py")).toBe(true);
  });

  test("other languages", () => {
    expect(isMissing("index.handler", "nodejs", "index.mjs")).toBe(false);
    expect(isMissing("dist/index.handler", "nodejs", "dist/index.js")).toBe(false);
    expect(isMissing("index.handler", "nodejs", "main.js")).toBe(true);
    expect(isMissing("anything", "provided", "bootstrap")).toBe(false);
    expect(isMissing("anything", "provided", "program")).toBe(true);
    expect(isMissing("com.example.Handler::handle", "java")).toBe(false);
  });

  test("says what is there instead", () => {
    const warning = handlerWarning("app.handler", "python", () => false, ["main.py", "data.json"]);
    expect(warning).toMatchObject({
      code: "handler-missing",
      message: expect.stringMatching(/app\.handler.*app\.py.*main\.py/),
    });
  });
});

describe("sizes", () => {
  test("parts by package, bytecode with its package, largest first", () => {
    const bytecode = imaginedArchive({ "a/__pycache__/x.cpython-313.pyc": 5 }, "code");
    const dependencies = [
      { owner: "a 1.0", archive: imaginedArchive({ "a/x.py": 10 }, "a"), bytecode },
      { owner: "b 2.0", archive: imaginedArchive({ "b.py": 40 }, "b"), bytecode: undefined },
    ];
    const layout = planLayout(dependencies, [], { exclude: [], bytecode: true });
    expect(measureParts(layout, dependencies)).toEqual([
      { name: "b 2.0", size: 40 },
      { name: "a 1.0", size: 15 },
    ]);
  });

  test("warnings begin one byte above Lambda's limits and name the largest packages", () => {
    const parts = [{ name: "scipy 1.16.3", size: 150e6 }];
    expect(sizeWarnings(zippedLimit, unzippedLimit, parts)).toEqual([]);
    expect(sizeWarnings(zippedLimit + 1, unzippedLimit, parts)).toHaveLength(1);
    const [unzipped, zipped] = sizeWarnings(zippedLimit + 1, unzippedLimit + 1, parts);
    expect(unzipped).toMatchObject({
      code: "too-large",
      hint: expect.stringContaining("scipy 1.16.3 (150.0 MB)"),
    });
    expect(zipped?.message).toContain("52428801");
  });
});
