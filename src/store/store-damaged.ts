import { BrigError } from "../errors.ts";

/** A file of the store is not what it was when it was checked. Whoever sees it removes the file and begins again. */
export class StoreDamaged extends BrigError {
  readonly file: string;

  constructor(file: string, reason: string) {
    super("hash-mismatch", `the store's file ${file} ${reason}`, "brig clean --cache");
    this.file = file;
  }
}
