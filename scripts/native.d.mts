export function writeParts(
  entries: Readonly<Record<string, string>>,
  directory: string,
  options?: Readonly<Record<string, unknown>>,
): Promise<void>
export function hasZig(): boolean
export function compileNative(
  parts: string,
  executable: string,
  options?: { machine?: 'x64' | 'arm64'; environment?: Readonly<Record<string, string>> },
): Promise<void>
