import { compress } from "../../zip/deflate.ts";
import { extractMember } from "../../zip/extract.ts";
import { isExecutable } from "../../zip/executable.ts";
import { readZip } from "../../zip/reader.ts";
import { packEntries } from "../../zip/writer.ts";

/**
 * Packs a wheel that was built on this machine again, so that its bytes depend on its files alone and not on the
 * build's clock, umask, file order or zlib.
 *
 * @throws BrigError `wheel-invalid`
 */
export function normaliseWheel(bytes: Buffer, wheel = "the wheel"): Buffer {
  const files = readZip(bytes, wheel).filter((member) => !member.isDirectory);
  return packEntries(
    files.map((member) => {
      const contents = extractMember(bytes, member, wheel);
      const { name: path, crc32, size } = member;
      return { path, executable: isExecutable(member), crc32, size, ...compress(contents) };
    }),
  );
}
