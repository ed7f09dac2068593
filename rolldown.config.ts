import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "rolldown";
import manifest from "./package.json" with { type: "json" };

/** Changes whenever brig's own code does, so that a build does not believe what another brig left. */
function digestSources(): string {
  const hash = createHash("sha256").update(readFileSync("package-lock.json"));
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) =>
    /(?<!\.test)\.ts$/.test(name),
  );
  for (const file of files.toSorted()) hash.update(file).update(readFileSync(join("src", file)));
  return hash.digest("hex").slice(0, 16);
}

/** Two entries, the command line and the threads that unpack; a chunk per lazily imported command. */
export default defineConfig({
  input: { brig: "src/cli/main.ts", "stage-worker": "src/build/stage-worker.ts" },
  platform: "node",
  // The SDK stays a dependency and is loaded by what needs it.
  // Of its modules, only this one lets all but one hash be left out.
  // fflate's module for Node loads worker_threads at once.
  resolve: { alias: { "hash-wasm": "hash-wasm/dist/index.esm.js", fflate: "fflate/browser" } },
  external: [/^@aws-sdk\//, /^@smithy\//],
  transform: {
    define: { BRIG_VERSION: JSON.stringify(manifest.version), BRIG_BUILD: JSON.stringify(digestSources()) },
  },
  plugins: [
    // scripts/brig compares the age of this file with that of the sources.
    { name: "mark-built", writeBundle: () => writeFileSync("dist/.built", "") },
  ],
  output: {
    dir: "dist",
    // Node starts CommonJS sooner than modules, and help must start as fast as Node.
    format: "cjs",
    cleanDir: true,
    entryFileNames: "[name].cjs",
    codeSplitting: {
      groups: [
        // Every part may throw these. Were they in the entry, a thread that needs them would run the whole program.
        {
          name: "errors",
          test: /src\/(errors|version|store\/write-fault|workspace\/nearest)\.ts$/,
          priority: 4,
        },
        {
          name: "threads",
          test: /src\/(build\/stage-files|zip\/archive)\.ts$/,
          priority: 1,
        },
        // What an unchanged build loads, what many verbs load, and what an edit loads besides: each in one file, since each that
        // is opened costs half a millisecond.
        {
          name: "unchanged",
          test: /src\/(operations\/build|build\/limits|python\/lock-changes)\.ts$/,
          priority: 2,
        },
        {
          name: "shared",
          test: /src\/(store\/(atomic-file|content|process-lock|store-directory)|workspace\/runtimes|zip\/format|build\/manifest|operations\/test-cases)\.ts$/,
          priority: 1,
        },
        { name: "edit", test: /src\/operations\/build-functions\.ts$/ },
      ],
    },
    chunkFileNames: "[name]-[hash].cjs",
    minify: { compress: true, mangle: false, codegen: true },
  },
});
