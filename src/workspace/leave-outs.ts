/** What never belongs into a zip, by the name of the file or folder; left out without a word. */
const names: ReadonlySet<string> = new Set([
  // Version control
  ".git",
  ".gitignore",
  ".gitattributes",
  ".gitmodules",
  ".gitkeep",
  ".git-blame-ignore-revs",
  ".mailmap",
  ".hg",
  ".hgignore",
  ".hgtags",
  ".hgsub",
  ".hgsubstate",
  ".svn",
  ".bzr",
  ".bzrignore",
  ".jj",
  "CVS",
  ".cvsignore",
  "_darcs",
  // Editors
  ".idea",
  ".vscode",
  ".vs",
  ".zed",
  ".fleet",
  ".project",
  ".pydevproject",
  ".spyproject",
  ".spyderproject",
  ".ropeproject",
  ".editorconfig",
  ".dir-locals.el",
  // Operating systems
  ".DS_Store",
  ".AppleDouble",
  ".LSOverride",
  ".Spotlight-V100",
  ".Trashes",
  ".fseventsd",
  ".directory",
  "Thumbs.db",
  "ehthumbs.db",
  "desktop.ini",
  "Desktop.ini",
  "$RECYCLE.BIN",
  // Python's own traces
  "__pycache__",
  ".pytest_cache",
  ".mypy_cache",
  ".ruff_cache",
  ".hypothesis",
  ".ipynb_checkpoints",
  ".tox",
  ".nox",
  ".venv",
]);

/** `a~`, `#a#`, `.#a`, `.a.swp` of editors, `._a` of macOS, `.nfs…` of NFS, compiled Python. */
const patterns = /~$|^#.*#$|^\.#|\.sw[a-p]$|^\._|^\.nfs[0-9a-f]{8}|\.py[co]$|\.sublime-(project|workspace)$/s;

export function isLeftOut(name: string): boolean {
  return names.has(name) || patterns.test(name);
}
