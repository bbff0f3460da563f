export function writeUnits(
  entries: Readonly<Record<string, string>>,
  file: string,
  options?: { minify?: boolean },
): Promise<void>
export function hasZig(): boolean
export function compileNative(
  units: string,
  executable: string,
  options?: { machine?: 'x64' | 'arm64'; environment?: Readonly<Record<string, string>> },
): Promise<void>
