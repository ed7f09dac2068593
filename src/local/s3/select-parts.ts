import type { StoredBytes, Upload } from "./bucket-store.ts";
import { checksumElement } from "./checksum.ts";
import { s3Fault } from "./fault.ts";
import { readElements, readText } from "./xml.ts";

/** 5 MiB, for all parts but the last: the AWS page "Amazon S3 multipart upload limits". */
const smallestPart = 5 * 1024 ** 2;

/**
 * The parts that a CompleteMultipartUpload document lists.
 *
 * @throws AwsFault MalformedXML, InvalidPart, InvalidPartOrder, EntityTooSmall, InvalidRequest when a checksum is missing
 */
export function selectParts(upload: Upload, xml: string): readonly StoredBytes[] {
  const listed = readElements(xml, "Part").map((part) => ({
    number: Number(readText(part, "PartNumber")),
    etag: readText(part, "ETag")?.replaceAll('"', ""),
    checksum: upload.algorithm === undefined ? undefined : readText(part, checksumElement(upload.algorithm)),
  }));
  if (listed.length === 0) throw s3Fault("MalformedXML");
  if (listed.some(({ number }, index) => index > 0 && number <= listed[index - 1]!.number)) {
    throw s3Fault("InvalidPartOrder");
  }
  return listed.map(({ number, etag, checksum }, index) => {
    const part = upload.parts.get(number);
    if (part === undefined || part.etag !== etag) {
      throw s3Fault("InvalidPart", undefined, { PartNumber: String(number) });
    }
    if (upload.algorithm !== undefined && upload.checksumType === "COMPOSITE" && checksum === undefined) {
      throw s3Fault(
        "InvalidRequest",
        `The upload was created using a ${upload.algorithm.toLowerCase()} checksum. The complete request must include ` +
          `the checksum for each part. It was missing for part ${number} in the request.`,
      );
    }
    if (checksum !== undefined && checksum !== part.checksum?.value) {
      throw s3Fault("InvalidPart", undefined, { PartNumber: String(number) });
    }
    if (index < listed.length - 1 && part.size < smallestPart) {
      throw s3Fault("EntityTooSmall", undefined, {
        ProposedSize: String(part.size),
        PartNumber: String(number),
      });
    }
    return part;
  });
}
