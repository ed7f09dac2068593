/** A Python interpreter found on this machine; `file` is never a pyenv shim. */
export interface Interpreter {
  /** Absolute path of the real executable. */
  readonly file: string;
  /** Exact version, as in `3.13.1`. */
  readonly version: string;
  /** `3.13` */
  readonly minor: string;
  /** What wheels must be made for to run on it. */
  readonly system: "linux" | "macos";
  readonly machine: "x86_64" | "aarch64";
  /** glibc of the host, or the version of macOS. */
  readonly floor: readonly [major: number, minor: number];
}
