import { BrigError } from "../errors.ts";

/** A file of the store is not what it was when it was checked. Whoever sees it removes the file and begins again. */
export class StoreDamaged extends BrigError {
  readonly file: string;
  /** What the store knows the making of it by: see `Store.once`. */
  readonly key: string;
  readonly reason: string;

  constructor(file: string, reason: string, key = file) {
    super("hash-mismatch", `the store's file ${file} ${reason}`, "brig clean --cache");
    this.file = file;
    this.key = key;
    this.reason = reason;
  }
}
