/** errno by name of an error that node:fs threw; EIO for what has none. */
export function errnoOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  return typeof code === 'string' ? code : 'EIO'
}
