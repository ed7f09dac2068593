import { channelProgram } from "./channel-program.ts";
import { loadProgram } from "./load-program.ts";
import { mainProgram } from "./main-program.ts";
import { storeProgram } from "./store-program.ts";
import { sdkLoaderProgram, sdkProgram } from "./sdk-program.ts";

/** The files of the Node runtime's folder, a function's /var/runtime, by name. */
export const nodeProgram: Readonly<Record<string, string>> = {
  "index.mjs": [channelProgram.trimStart(), sdkProgram, storeProgram, loadProgram, mainProgram].join("\n"),
  "sdk-loader.mjs": sdkLoaderProgram.trimStart(),
};
