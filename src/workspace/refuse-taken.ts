import { lstatSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { BrigError } from "../errors.ts";

/**
 * Refuses to make a function's folder where something is, be it a file or a link to nothing.
 *
 * @param path of the folder, relative to `root`
 * @param options.takesEmpty an empty folder is as good as none
 * @throws BrigError `already-exists`
 */
export function refuseTaken(
  root: string,
  path: string,
  options: { readonly takesEmpty: boolean; readonly hint: string },
): void {
  const parts = path.split("/");
  const around = parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
  const file = around.find(
    (each) => statSync(join(root, each), { throwIfNoEntry: false })?.isDirectory() === false,
  );
  if (file !== undefined) {
    throw new BrigError(
      "already-exists",
      `${file} is there already, and it is no folder`,
      `mv ${file} ${file}.old`,
    );
  }
  const place = join(root, path);
  const there = lstatSync(place, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (options.takesEmpty && there.isDirectory() && readdirSync(place).length === 0) return;
  throw new BrigError("already-exists", `${path} is there already`, options.hint);
}
