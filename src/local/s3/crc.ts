import { crc32 } from "node:zlib";

/** A checksum fed piece by piece. */
export interface RunningSum {
  readonly update: (bytes: Buffer) => void;
  /** Big-endian, as S3's headers have it in base64. */
  readonly digest: () => Buffer;
}

export function startCrc32(): RunningSum {
  let sum = 0;
  return {
    update: (bytes) => {
      sum = crc32(bytes, sum);
    },
    digest: () => uint32(sum),
  };
}

/** CRC-32C (Castagnoli), reflected polynomial 0x82F63B78: RFC 3720, appendix B.4. */
export function startCrc32c(): RunningSum {
  const table = (castagnoli ??= makeTable32(0x82f63b78));
  let sum = 0xffffffff;
  return {
    update: (bytes) => {
      for (const byte of bytes) sum = (sum >>> 8) ^ table[(sum ^ byte) & 0xff]!;
    },
    digest: () => uint32((sum ^ 0xffffffff) >>> 0),
  };
}

/** CRC-64/NVME, reflected polynomial 0x9A6C9329AC4BC9B5 (NVM Express NVM Command Set Specification, 5.2.1.3.4), in two halves of 32 bits. */
export function startCrc64Nvme(): RunningSum {
  const { high: highs, low: lows } = (nvme ??= makeTable64(0x9a6c9329, 0xac4bc9b5));
  let high = 0xffffffff;
  let low = 0xffffffff;
  return {
    update: (bytes) => {
      for (const byte of bytes) {
        const index = (low ^ byte) & 0xff;
        low = ((low >>> 8) | (high << 24)) ^ lows[index]!;
        high = (high >>> 8) ^ highs[index]!;
      }
    },
    digest: () => Buffer.concat([uint32((high ^ 0xffffffff) >>> 0), uint32((low ^ 0xffffffff) >>> 0)]),
  };
}

let castagnoli: Int32Array | undefined;
let nvme: { readonly high: Int32Array; readonly low: Int32Array } | undefined;

function makeTable32(polynomial: number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value;
  });
}

function makeTable64(
  polynomialHigh: number,
  polynomialLow: number,
): {
  readonly high: Int32Array;
  readonly low: Int32Array;
} {
  const tables = { high: new Int32Array(256), low: new Int32Array(256) };
  for (let byte = 0; byte < 256; byte++) {
    let high = 0;
    let low = byte;
    for (let bit = 0; bit < 8; bit++) {
      const carry = low & 1;
      low = (low >>> 1) | (high << 31);
      high >>>= 1;
      if (carry === 1) {
        high ^= polynomialHigh;
        low ^= polynomialLow;
      }
    }
    tables.high[byte] = high;
    tables.low[byte] = low;
  }
  return tables;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}
