/** Numbers of the zip format that reading and writing share. Source: PKWARE APPNOTE 6.3.10, §4.3 to §4.5. */
export const signatures = {
  local: 0x04034b50,
  descriptor: 0x08074b50,
  central: 0x02014b50,
  end: 0x06054b50,
  zip64End: 0x06064b50,
  zip64Locator: 0x07064b50,
} as const;

/** Bytes of each record without its variable parts. */
export const recordSizes = { local: 30, central: 46, end: 22, zip64End: 56, zip64Locator: 20 } as const;

export const methods = { stored: 0, deflated: 8 } as const;

/** Flag bit 11: name and comment are UTF-8. */
export const utf8Flag = 0x800;

/** Extra field that holds what does not fit into 32 bits. */
export const zip64ExtraId = 1;

/** Stands in a 16-bit or 32-bit field whose value is in a zip64 record. */
export const limit16 = 0xffff;
export const limit32 = 0xffffffff;

/** File type bits of a unix mode (`S_IFMT` and its values). */
export const fileTypes = { mask: 0o170000, regular: 0o100000, directory: 0o040000, link: 0o120000 } as const;
