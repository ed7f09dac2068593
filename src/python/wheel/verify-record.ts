import { hash } from "node:crypto";
import { archiveFault, entryFault } from "../../zip/fault.ts";
import type { ZipMember } from "../../zip/reader.ts";
import { parseRecord } from "./record-rows.ts";

/** What RECORD says of one file. */
export interface RecordedDigest {
  readonly algorithm: string;
  /** In base64url without padding. */
  readonly digest: string;
  /** In bytes, as written; empty where it is not told. */
  readonly size: string;
}

/** PEP 427 asks for sha256 or better. */
const algorithms = new Set(["sha256", "sha384", "sha512"]);

/** Files that RECORD cannot hold a hash of: itself and its signatures (PEP 427, "Signed wheel files"). */
const unrecorded = ["RECORD", "RECORD.jws", "RECORD.p7s"];

/**
 * Reads a wheel's RECORD and checks that it lists the wheel's files, all of them and no others.
 *
 * @returns what to check each file's contents against, by its name; the unrecorded files are not in it
 * @throws BrigError `wheel-invalid`
 */
export function readRecord(
  text: string,
  distInfo: string,
  files: readonly ZipMember[],
  wheel: string,
): ReadonlyMap<string, RecordedDigest> {
  const rows = parseRecord(text);
  if (rows === undefined) throw archiveFault(wheel, `its ${distInfo}/RECORD is broken`);
  const exempt = new Set(unrecorded.map((name) => `${distInfo}/${name}`));
  const names = new Set(files.map((file) => file.name));
  const digests = new Map<string, RecordedDigest>();
  for (const row of rows) {
    if (exempt.has(row.path) || row.path.endsWith("/")) continue;
    if (!names.has(row.path)) throw entryFault(wheel, row.path, "stands in RECORD, but is not there");
    const [algorithm = "", digest = ""] = row.hash.split("=", 2);
    if (!algorithms.has(algorithm) || digest === "") {
      throw entryFault(
        wheel,
        row.path,
        `has no sha256 in RECORD but ${JSON.stringify(row.hash.slice(0, 100))}`,
      );
    }
    const earlier = digests.get(row.path);
    if (earlier !== undefined && earlier.digest !== digest) {
      throw entryFault(wheel, row.path, "stands twice in RECORD, with different hashes");
    }
    digests.set(row.path, { algorithm, digest, size: row.size });
  }
  const missing = files.find(({ name }) => !digests.has(name) && !exempt.has(name));
  if (missing !== undefined) throw entryFault(wheel, missing.name, "is not in RECORD");
  return digests;
}

/** Checks one file. @throws BrigError `wheel-invalid` */
export function verifyDigest(
  file: ZipMember,
  contents: Buffer,
  sha256: string,
  recorded: RecordedDigest,
  wheel: string,
): void {
  const { algorithm, digest, size } = recorded;
  if (size !== "" && Number(size) !== contents.length) {
    throw entryFault(wheel, file.name, `has ${contents.length} bytes, not ${size.slice(0, 20)} as in RECORD`);
  }
  const found =
    algorithm === "sha256"
      ? Buffer.from(sha256, "hex").toString("base64url")
      : hash(algorithm, contents, "base64url");
  if (found !== digest) throw entryFault(wheel, file.name, `has another ${algorithm} than in RECORD`);
}
