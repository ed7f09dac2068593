import { spawn } from "node:child_process";
import type { Context } from "../context.ts";
import { BrigError } from "../errors.ts";
import type { Interpreter } from "./interpreter.ts";

/** Raised when the bytes of a pyc change for the same source and interpreter. */
export const compilerFormat = 2;

/** A Python source: where it will stand in the tree, and its bytes, asked for when it is its turn. */
export interface PythonSource {
  readonly path: string;
  readonly bytes: () => Uint8Array;
}

/**
 * Reads sources from stdin and writes their pycs to stdout: frames of a little-endian length and bytes, an empty one for
 * what cannot be compiled. A pyc is the magic number, flags 1 (hash-based, unchecked: PEP 552), the source's hash, the code.
 * Code is marshalled alone, when nothing but it refers to its constants, so that neither order nor company shows in it.
 * Before 3.11 a constant set is written in the order of its hashes, and that of None, `...` and (in 3.10) NaN is an address, another in
 * each process: a file with one in such a set gets no pyc there rather than a different one each time (python/cpython#81777).
 */
const program = `
import importlib.util, marshal, struct, sys, warnings
warnings.simplefilter("ignore")
source, sink = sys.stdin.buffer, sys.stdout.buffer
def read():
    head = source.read(4)
    return source.read(struct.unpack("<I", head)[0]) if len(head) == 4 else None
def varies(value, in_set=False):
    if isinstance(value, type(read.__code__)):
        return any(varies(each) for each in value.co_consts)
    if isinstance(value, (tuple, frozenset)):
        return any(varies(each, in_set or isinstance(value, frozenset)) for each in value)
    return in_set and (value is None or value is ... or value != value)
while True:
    name = read()
    if name is None:
        break
    text = read()
    try:
        code = compile(text, "/var/task/" + name.decode(), "exec", dont_inherit=True, optimize=0)
        pyc = b""
        if sys.version_info >= (3, 11) or not varies(code):
            pyc = importlib.util.MAGIC_NUMBER + struct.pack("<I", 1) + importlib.util.source_hash(text) + marshal.dumps(code)
        del code
    except Exception:
        pyc = b""
    sink.write(struct.pack("<I", len(pyc)))
    sink.write(pyc)
sink.flush()
`;

/** `a/b.py` → `a/__pycache__/b.cpython-313.pyc` (PEP 3147). */
export function bytecodePath(path: string, interpreter: Interpreter): string {
  const start = path.lastIndexOf("/") + 1;
  const tag = `cpython-${interpreter.minor.replace(".", "")}`;
  return `${path.slice(0, start)}__pycache__/${path.slice(start, -".py".length)}.${tag}.pyc`;
}

/**
 * Compiles sources in one process of the interpreter and calls `onCompiled` for each, in order, as its pyc comes.
 * A file that is no Python of this version gives `undefined` (packages ship templates and tests of other versions).
 *
 * @throws BrigError `python-missing` when the interpreter cannot be run or ends early, `interrupted`
 */
export async function compilePython(
  sources: readonly PythonSource[],
  interpreter: Interpreter,
  context: Context,
  onCompiled: (source: PythonSource, pyc: Buffer | undefined) => void,
): Promise<void> {
  if (sources.length === 0) return;
  if (context.signal.aborted) throw new BrigError("interrupted", "compiling was stopped");
  // -S: no site-packages and none of their .pth files. A fixed hash seed: sets of constants keep their order.
  const child = spawn(interpreter.file, ["-S", "-s", "-B", "-c", program], {
    // Not the user's folder: -c puts it on sys.path, and a struct.py there would be imported.
    cwd: "/",
    env: { PYTHONHASHSEED: "0", LANG: "C.UTF-8", LD_LIBRARY_PATH: context.env["LD_LIBRARY_PATH"] },
    stdio: ["pipe", "pipe", "pipe"],
    signal: context.signal,
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => {});
  const frames = new Frames();
  let done = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    for (const pyc of frames.take(chunk)) {
      onCompiled(sources[done]!, pyc.length > 0 ? pyc : undefined);
      done += 1;
    }
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => resolve());
  });
  // An interruption may come between two waits.
  ended.catch(() => {});
  try {
    for (const source of sources) {
      const name = Buffer.from(source.path);
      const bytes = source.bytes();
      const roomy = child.stdin.write(Buffer.concat([length(name), name, length(bytes), bytes]));
      if (!roomy && child.exitCode === null) {
        await Promise.race([new Promise<void>((resolve) => child.stdin.once("drain", resolve)), ended]);
      }
    }
    child.stdin.end();
    await ended;
  } catch (cause) {
    if (context.signal.aborted) throw new BrigError("interrupted", "compiling was stopped", null, { cause });
    throw notCompiled(interpreter, (cause as Error).message);
  }
  if (done < sources.length)
    throw notCompiled(interpreter, stderr.trim().split("\n").at(-1) ?? "it ended early");
}

/** Cuts a stream into frames. */
class Frames {
  #chunks: Buffer[] = [];
  #held = 0;
  #wanted: number | undefined;

  *take(chunk: Buffer): Generator<Buffer> {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    for (;;) {
      if (this.#wanted === undefined) {
        if (this.#held < 4) return;
        this.#wanted = this.#cut(4).readUInt32LE();
      }
      if (this.#held < this.#wanted) return;
      yield this.#cut(this.#wanted);
      this.#wanted = undefined;
    }
  }

  #cut(size: number): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    const [whole = Buffer.alloc(0)] = this.#chunks;
    this.#chunks = [whole.subarray(size)];
    this.#held -= size;
    return whole.subarray(0, size);
  }
}

function length(bytes: Uint8Array): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(bytes.length);
  return buffer;
}

function notCompiled({ file, version }: Interpreter, reason: string): BrigError {
  return new BrigError(
    "python-missing",
    `Python ${version} (${file}) could not compile: ${reason}`,
    "reinstall it, or do without bytecode: build: {bytecode: false} in brig.yaml",
  );
}
