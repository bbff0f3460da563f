/** What the different places of a config ask of /dev, in one form, before it becomes devfs rules. */

/** One device, or all that a pattern matches, or a directory and what is below. */
export interface DeviceRequest {
  /** Name below /dev, FreeBSD's own; may be an fnmatch(3) pattern (`dri/renderD*`). */
  name: string
  /** Where the config asks for it. */
  origin: string
  /** Exactly this mode (octal digits). */
  mode?: string
  /** Access letters of `rwm`: the node's own mode, cut down to these. */
  access?: string
  /** Letters of `rw` that are taken away from a node that something else shows, or does not. */
  deny?: string
  /** User and group numbers of the node. */
  uid?: number
  gid?: number
  /** hide instead of unhide. */
  hide?: boolean
}

/** All requests of one config. */
export interface DeviceRequests {
  entries: DeviceRequest[]
  /** Directories below /dev that only have to be visible, because something is mounted on them. */
  directories: string[]
}

/** A name that is a pattern of fnmatch(3). */
export function isPattern(name: string): boolean {
  return /[*?[]/.test(name)
}

/** `/dev/x`, `x` and `dev/x` to `x`; undefined for what is not a name below /dev. */
export function nameBelowDev(path: string): string | undefined {
  const name = path.startsWith('/dev/') ? path.slice('/dev/'.length) : path
  if (name === '' || name.startsWith('/') || name.endsWith('/')) return undefined
  // Tokens of devfs(8) are split at blanks and cannot be quoted (devfs.md section 3); 199 bytes is a pattern's limit.
  if (/\s/.test(name) || name.length > 199) return undefined
  return name.split('/').some(part => part === '' || part === '.' || part === '..') ? undefined : name
}
