/** A function as its folder shows it, before any settings are read. */
export interface FunctionFolder {
  /** `hello`, or `orders/ingest` for a function of an API: what people type and what output shows. */
  readonly name: string;
  readonly api: string | null;
  /** Absolute path of the folder. */
  readonly folder: string;
  /** Path relative to the workspace's root, with `/`: `apis/orders/functions/ingest`. */
  readonly path: string;
}

export interface Workspace {
  /** Absolute path of the root. */
  readonly root: string;
  /** All functions, sorted bytewise by name. */
  readonly functions: readonly FunctionFolder[];
}
