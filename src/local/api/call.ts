import type { CodeStore } from "../state/code-store.ts";
import type { LocalState } from "../state/local-state.ts";

/** What the operations work on. */
export interface World {
  readonly state: LocalState;
  readonly code: CodeStore;
  /** Absolute path of the folder for merged layers. */
  readonly layersFolder: string;
  readonly now: () => Date;
  /** Ends the environments of a version that will not be invoked again; settles when the last one is gone. */
  readonly retire: (key: string) => Promise<void>;
  /**
   * The bytes of a code object.
   *
   * @throws AwsFault with S3's own code, as NoSuchKey
   */
  readonly readObject: (place: ObjectPlace) => Promise<Buffer>;
}

export interface ObjectPlace {
  readonly bucket: string;
  readonly key: string;
  readonly version: string | undefined;
  readonly region: string;
}

/** One call of an operation. */
export interface Call {
  readonly world: World;
  readonly region: string;
  readonly account: string;
  /** Where the client reached the service, as `http://127.0.0.1:9900`: URLs in answers begin with it. */
  readonly endpoint: string;
}

/** An operation: its input checked, its answer in AWS's member names. `undefined`: an answer without a body. */
export type OperationHandler<Input> = (
  input: Input,
  call: Call,
) => Promise<object | undefined> | object | undefined;
