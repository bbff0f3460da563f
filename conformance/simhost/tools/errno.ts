/** The errno by name of an error of node:fs or of a call of the kernel; EIO for an error without one. */
export function errnoOf(error: unknown): string {
  const { code, errno } = (error ?? {}) as { code?: unknown; errno?: unknown }
  if (typeof code === 'string') return code
  return typeof errno === 'string' ? errno : 'EIO'
}
