import { defineConfig } from "rolldown";
import manifest from "./package.json" with { type: "json" };

/** One entry for the command line, one for the threads that unpack; a chunk per lazily imported command. */
export default defineConfig({
  input: { brig: "src/cli/main.ts", "stage-worker": "src/build/stage-worker.ts" },
  platform: "node",
  transform: { define: { BRIG_VERSION: JSON.stringify(manifest.version) } },
  output: {
    dir: "dist",
    format: "esm",
    cleanDir: true,
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    minify: { compress: true, mangle: false, codegen: true },
  },
});
