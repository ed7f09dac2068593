/** The uv that brig fetches where there is none: its wheels on PyPI, from the index's own listing of 2026-11. */
export const pinnedVersion = "0.13.9";

/** The oldest uv on PATH that does all that brig asks of it; older ones were not tried. */
export const oldestVersion = "0.9.18";

export interface UvPin {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Hex SHA-256 of the wheel. */
  readonly sha256: string;
}

/** Wheels by `<system>-<machine>`, best first. */
export const pins: Readonly<Record<string, readonly UvPin[]>> = {
  "linux-x86_64": [
    {
      name: "uv-0.13.9-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
      size: 17_606_939,
      sha256: "d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19",
    },
    // Linked statically: runs without glibc too.
    {
      name: "uv-0.13.9-py3-none-musllinux_1_1_x86_64.whl",
      size: 19_295_638,
      sha256: "2c45530751517d6c3bbc69a19473f6effe47cce047bede01ffd8af7ea7b36b25",
    },
  ],
  "linux-aarch64": [
    {
      name: "uv-0.13.9-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64.whl",
      size: 18_026_789,
      sha256: "5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe",
    },
  ],
  "macos-x86_64": [
    {
      name: "uv-0.13.9-py3-none-macosx_10_12_x86_64.whl",
      size: 17_529_974,
      sha256: "c16ed11e013557536b3e60065f1b912f6407bd6518e041b961e23ef9e6b4fbf5",
    },
  ],
  "macos-aarch64": [
    {
      name: "uv-0.13.9-py3-none-macosx_11_0_arm64.whl",
      size: 14_660_755,
      sha256: "66c512266d633bef48384a1f53003f41f2a8e7b36fe6e7fbfd3e0fd52d96fa63",
    },
  ],
};
