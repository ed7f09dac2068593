import { createSHA256 } from "hash-wasm";

/**
 * SHA-256 of a zip's front, as far as it got: the next zip with the same front goes on from there instead of hashing all
 * of it again. Node's own hashes cannot be kept; this one is four times slower and pays from the second edit on.
 */
export interface FrontHash {
  /** Names the front: what its dependencies were made from, and whether bytecode is in it. */
  readonly of: string;
  /** The inner state, base64. */
  readonly state: string;
}

/** A SHA-256 that can be saved and taken up again. */
export interface ResumableHash {
  readonly update: (bytes: Uint8Array) => void;
  /** Hex, of all bytes so far. */
  readonly digest: () => string;
  /** The inner state, base64. */
  readonly save: () => string;
}

/** @param state what `save` gave; `undefined` begins anew */
export async function resumeHash(state: string | undefined): Promise<ResumableHash> {
  const hash = await createSHA256();
  if (state === undefined) hash.init();
  else hash.load(Buffer.from(state, "base64"));
  return {
    update: (bytes) => void hash.update(bytes),
    digest: () => hash.digest("hex"),
    save: () => Buffer.from(hash.save()).toString("base64"),
  };
}
