import { readDirectory } from "../zip/read-directory.ts";
import type { LambdaCalls } from "./aws/lambda-calls.ts";
import type { Desired, Remote } from "./desired.ts";
import { toInputShape } from "./input-shape.ts";

interface LayerAnswer {
  readonly Content?: { readonly Location?: string; readonly CodeSize?: number };
}

/** ARNs of the layers that a function will have. */
export function layersOf({ configuration }: Desired, { latest }: Remote): readonly string[] {
  const layers = configuration["Layers"] ?? (latest && toInputShape(latest.configuration)["Layers"]);
  return Array.isArray(layers) ? (layers as readonly string[]) : [];
}

/**
 * Bytes that a layer unpacks to. AWS tells only how large its zip is, so the directory of the zip is read: its end, not the whole.
 * Where that cannot be had, the size of the zip is the least that it can be.
 *
 * @returns 0 where nothing is told: the layer of another account may be used but not read, and AWS judges it in the end
 */
export async function readLayerSize(lambda: LambdaCalls, arn: string, signal: AbortSignal): Promise<number> {
  let size = 0;
  try {
    const { Content } = await lambda.call<LayerAnswer>("GetLayerVersionByArn", { Arn: arn }, signal);
    size = Content?.CodeSize ?? 0;
    const location = Content?.Location ?? "";
    const read = (start: number, end: number): Promise<Buffer> => readRange(location, start, end, signal);
    const { entries } = await readDirectory(size, read, arn);
    return entries.reduce((sum, entry) => sum + entry.size, 0);
  } catch {
    signal.throwIfAborted();
    return size;
  }
}

async function readRange(location: string, start: number, end: number, signal: AbortSignal): Promise<Buffer> {
  const response = await fetch(location, { headers: { range: `bytes=${start}-${end - 1}` }, signal });
  if (!response.ok) throw new Error(`the server answers ${response.status}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  // A server that knows no ranges answers with everything.
  return response.status === 206 ? bytes : bytes.subarray(start, end);
}
