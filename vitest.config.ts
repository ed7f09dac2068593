import { defineConfig } from "vitest/config";
import manifest from "./package.json" with { type: "json" };

// Vitest takes out of the object what it puts into the tests' programs: each project needs one of its own.
const define = () => ({ BRIG_VERSION: JSON.stringify(manifest.version), BRIG_BUILD: '"test"' });
/** As src/cli/main.ts sets it. */
const env = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };

export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: ["default", "./test/closing-line.ts"],
    projects: [
      { define: define(), test: { name: "units", env, include: ["src/**/*.test.ts"], testTimeout: 60_000 } },
      {
        define: define(),
        test: {
          env,
          name: "whole",
          include: ["test/**/*.test.ts"],
          globalSetup: "test/setup.ts",
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
