import { archiveFault, entryFault } from "../../zip/fault.ts";
import { isStemOf } from "./dist-info.ts";
import { parseWheelName } from "./wheel-name.ts";

/** Where each part of a `.data` folder goes with `pip install --target`: into the tree, or nowhere for Lambda. */
const dataKeys: Readonly<Record<string, "root" | "nowhere">> = {
  purelib: "root",
  platlib: "root",
  data: "root",
  // Launchers and C headers are of no use in Lambda, and installers write them differently.
  scripts: "nowhere",
  headers: "nowhere",
};

const dataSuffix = ".data";

/** Folders at the root of the tree that installers fill with launchers and headers. */
const leftOutFolders = ["bin", "include"];

/** What installers write into the dist-info folder. */
const installerFiles = /^(?:RECORD|INSTALLER|REQUESTED|direct_url\.json|uv_[^/]*\.json)$/;

/**
 * The path that a file of a wheel takes in the staging tree, which is the one `pip install --target` gives it (PEP 427
 * "The .data directory"); undefined where it is left out.
 *
 * @param name of the file in the wheel
 * @param distInfo the wheel's dist-info folder
 * @throws BrigError `wheel-invalid`
 */
export function installPath(name: string, distInfo: string, wheel: string): string | undefined {
  const path = treePath(name, wheel);
  if (path === undefined) return undefined;
  const parts = path.split("/");
  if (parts.length > 1 && leftOutFolders.includes(parts[0] ?? "")) return undefined;
  // A wheel's own bytecode is stale: in a zip all sources are of 1980. brig compiles its own.
  if (parts.slice(0, -1).includes("__pycache__")) return undefined;
  // Only the wheel's own dist-info: some packages carry others in folders of theirs.
  if (parts.length === 2 && parts[0] === distInfo && installerFiles.test(parts[1] ?? "")) return undefined;
  return path;
}

function treePath(name: string, wheel: string): string | undefined {
  const [top = "", key = "", ...rest] = name.split("/");
  if (!top.endsWith(dataSuffix) || key === "") return name;
  if (!isStemOf(top.slice(0, -dataSuffix.length), parseWheelName(wheel))) {
    throw archiveFault(wheel, `its ${JSON.stringify(top)} belongs to another project or version`);
  }
  const place = Object.hasOwn(dataKeys, key) ? dataKeys[key] : undefined;
  if (place === undefined || rest.length === 0) {
    throw entryFault(wheel, name, `has no place: ${JSON.stringify(key)} is no folder that installers know`);
  }
  return place === "root" ? rest.join("/") : undefined;
}
