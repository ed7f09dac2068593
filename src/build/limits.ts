/** 250 MB, layers included: the AWS page "Lambda quotas", deployment package size, unzipped. */
export const unzippedLimit = 262_144_000;
/** 50 MB: the AWS page "Lambda quotas", zipped, for direct upload. */
export const zippedLimit = 52_428_800;
