import { crc32 } from "node:zlib";
import type { Context } from "../context.ts";
import { writeFileAtomic } from "../store/atomic-file.ts";
import { clearAbandoned, contentFile, readVerified, sha256Of } from "../store/content.ts";
import { writeJoined } from "../store/joined-file.ts";
import { withProcessLock } from "../store/process-lock.ts";
import { StoreDamaged } from "../store/store-damaged.ts";
import type { Store } from "../store/store-directory.ts";
import { type Archive, type SpliceEntry, unpackedFile } from "../zip/archive.ts";
import { compress } from "../zip/deflate.ts";
import { readZip } from "../zip/reader.ts";
import { packEntries, type PackEntry } from "../zip/writer.ts";
import { unpackEntry } from "../zip/unpack-entry.ts";
import { readArchiveRecord, writeArchiveRecord } from "./archive-record.ts";
import { bytecodePath, compilePython, compilerFormat } from "./bytecode-compiler.ts";
import type { Interpreter } from "./interpreter.ts";

/**
 * The bytecode of a wheel's Python files, compiled once for a wheel and an exact interpreter, and kept deflated in an
 * archive of its own.
 *
 * @throws BrigError `python-missing`; StoreDamaged when the wheel is not what it was
 */
export async function compileArchive(
  archive: Archive,
  interpreter: Interpreter,
  store: Store,
  context: Context,
): Promise<Archive> {
  const key = sha256Of(`bytecode ${compilerFormat} ${archive.sha256} ${interpreter.version}`);
  const file = contentFile(store, "bytecode", key, ".zip");
  const record = contentFile(store, "bytecode", key, ".json");
  return await store.once(file, async () => {
    const known = await readArchiveRecord(record, file);
    if (known) return known;
    return await withProcessLock(`${file}.lock`, { signal: context.signal }, async () => {
      const other = await readArchiveRecord(record, file);
      if (other) return other;
      const { bytes, unpacked } = await writeJoined(unpackedFile(file), (append) =>
        packBytecode(archive, interpreter, append, context),
      );
      const members = readZip(bytes, file);
      const entries = members.map((member): SpliceEntry => ({
        path: member.name,
        executable: false,
        method: member.method,
        crc32: member.crc32,
        size: member.size,
        compressedSize: member.compressedSize,
        offset: member.dataOffset,
        ...unpacked.get(member.name)!,
      }));
      const made = { file, sha256: sha256Of(bytes), size: bytes.length, entries };
      await clearAbandoned(file);
      await writeFileAtomic(file, bytes);
      await writeArchiveRecord(record, made);
      return made;
    });
  });
}

type Unpacked = Pick<SpliceEntry, "sha256" | "unpackedOffset">;

async function packBytecode(
  archive: Archive,
  interpreter: Interpreter,
  append: (pyc: Uint8Array) => void,
  context: Context,
): Promise<{ readonly bytes: Buffer; readonly unpacked: ReadonlyMap<string, Unpacked> }> {
  const wheel = await readVerified(archive.file, archive.sha256);
  if (wheel === undefined) throw new StoreDamaged(archive.file, "is not what it was when it was checked");
  const sources = archive.entries
    .filter(({ path }) => path.endsWith(".py"))
    .map((entry) => ({ path: entry.path, bytes: () => unpackEntry(wheel, entry) }));
  const entries: PackEntry[] = [];
  const unpacked = new Map<string, Unpacked>();
  let unpackedOffset = 0;
  let fault: unknown;
  await compilePython(sources, interpreter, context, (source, pyc) => {
    if (pyc === undefined || fault !== undefined) return;
    const path = bytecodePath(source.path, interpreter);
    unpacked.set(path, { sha256: sha256Of(pyc), unpackedOffset });
    unpackedOffset += pyc.length;
    try {
      append(pyc);
    } catch (cause) {
      // Thrown behind the compiler: here it would be nobody's.
      fault = cause;
    }
    // Deflated while the interpreter compiles the next ones.
    entries.push({ path, executable: false, size: pyc.length, crc32: crc32(pyc), ...compress(pyc) });
  });
  if (fault !== undefined) throw fault;
  return { bytes: packEntries(entries), unpacked };
}
