import { createHash } from "node:crypto";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Dispatcher } from "undici";
import { BrigError } from "../errors.ts";
import { temporaryBeside } from "../store/atomic-file.ts";
import { writeFault } from "../store/write-fault.ts";
import { RequestFault } from "./http-fault.ts";
import { renderUrl } from "./http-route.ts";

export interface TextPage {
  readonly text: string;
  /** Where it was found in the end, without credentials: its links are relative to that. */
  readonly url: string;
  readonly contentType: string;
}

export interface ExpectedFile {
  /** `undefined` only where a lock is being made and the index gives none: nothing is checked then. */
  readonly sha256: string | undefined;
  /** Bytes. */
  readonly size?: number | undefined;
  /** What to call it in errors. */
  readonly name: string;
  /** Called with the bytes that have come so far; begins again at 0 when an attempt failed. */
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined;
}

/** Bytes: the largest index pages have some 30 MB. */
const largestText = 256 * 2 ** 20;
/** Bytes: sixteen times what Lambda takes unpacked. */
const largestFile = 4 * 2 ** 30;

export function headerOf(response: Dispatcher.ResponseData, name: string): string | undefined {
  const value = response.headers[name];
  return typeof value === "string" ? value : value?.[0];
}

export async function readText(response: Dispatcher.ResponseData, url: URL): Promise<TextPage> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of bodyOf(response)) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > largestText) throw new RequestFault(`the page is over ${largestText} bytes`, false);
  }
  const contentType = headerOf(response, "content-type") ?? "";
  return { text: Buffer.concat(chunks).toString(), url: url.href, contentType };
}

/** Writes a body to a file, hashed on the way: a temporary file, renamed when everything is as expected. */
export async function saveBody(
  response: Dispatcher.ResponseData,
  url: URL,
  expected: ExpectedFile,
  destination: string,
): Promise<void> {
  const temporary = temporaryBeside(destination);
  const hash = createHash("sha256");
  const limit = expected.size ?? largestFile;
  const stated = Number(headerOf(response, "content-length") ?? Number.NaN);
  const total = expected.size ?? (Number.isSafeInteger(stated) ? stated : undefined);
  let done = 0;
  try {
    const file = await writing(destination, async () => {
      await mkdir(dirname(destination), { recursive: true, mode: 0o700 });
      return open(temporary, "wx", 0o644);
    });
    try {
      for await (const chunk of bodyOf(response)) {
        done += chunk.length;
        if (done > limit) throw mismatch(expected, url, `it has more than ${limit} bytes`);
        hash.update(chunk);
        await writing(destination, () => file.writeFile(chunk));
        expected.onProgress?.(done, total);
      }
    } finally {
      await file.close();
    }
    // A whole answer that is too short is another file; only one that broke off is worth another attempt.
    if (expected.size !== undefined && done < expected.size && done !== stated)
      throw new RequestFault(`it ended after ${done} of ${expected.size} bytes`, true);
    const sha256 = hash.digest("hex");
    if (expected.sha256 !== undefined && sha256 !== expected.sha256)
      throw mismatch(expected, url, `its sha256 is ${sha256}, not ${expected.sha256}`);
    await writing(destination, () => rename(temporary, destination));
  } finally {
    await rm(temporary, { force: true });
  }
}

function bodyOf(response: Dispatcher.ResponseData): AsyncIterable<Buffer> {
  return response.body;
}

async function writing<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    const fault = writeFault(cause, file);
    throw fault;
  }
}

function mismatch(expected: ExpectedFile, url: URL, reason: string): BrigError {
  return new BrigError(
    "hash-mismatch",
    `${expected.name} from ${renderUrl(url)} is not what the lock says: ${reason}`,
    "brig lock --upgrade   # only if you know why the file changed",
  );
}
