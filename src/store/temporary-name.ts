/** What the names of this process's files begin with that are not whole yet. */
export function temporaryPrefix(): string {
  return `${anyTemporaryPrefix}${process.pid}-`;
}

/** What the names of such files of all processes begin with. */
export const anyTemporaryPrefix = ".tmp-";
