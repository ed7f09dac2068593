declare const BRIG_VERSION: string;

/** The version in package.json, put in when brig is bundled. */
export const version: string = BRIG_VERSION;
