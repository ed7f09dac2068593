import { fileTypes } from "./format.ts";
import type { ZipMember } from "./reader.ts";

/** Whether a member is a regular file that anyone may execute: all that pip and uv keep of a wheel's modes. */
export function isExecutable({ mode }: ZipMember): boolean {
  return mode !== undefined && (mode & fileTypes.mask) === fileTypes.regular && (mode & 0o111) !== 0;
}
