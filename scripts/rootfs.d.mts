/** What is asked of a host about its files. */
export interface FileHost {
  identity(file: string): string | undefined
  ldd(file: string): string
}
export function rootCommands(rootfs: string, names: readonly string[], host?: FileHost): string[][]
