import { defineConfig } from "vitest/config";
import manifest from "./package.json" with { type: "json" };

const define = { BRIG_VERSION: JSON.stringify(manifest.version), BRIG_BUILD: '"test"' };

export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: ["default", "./test/closing-line.ts"],
    projects: [
      { define, test: { name: "units", include: ["src/**/*.test.ts"], testTimeout: 60_000 } },
      {
        define,
        test: {
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
