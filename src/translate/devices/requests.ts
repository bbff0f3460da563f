/** Requests for devices from all places of a config, in one form, before they become devfs rules. */

/** A request for one device, for all devices that a pattern matches, or for a directory with its contents. */
export interface DeviceRequest {
  /** Name below /dev, FreeBSD's own; may be an fnmatch(3) pattern (`dri/renderD*`). */
  name: string
  /** Where the config asks for it. */
  origin: string
  /** The exact mode, in octal digits. */
  mode?: string
  /** Letters of `rwm` to which the node's own mode is reduced. */
  access?: string
  /** Letters of `rw` that are taken away from the node, whether or not another request shows the node. */
  deny?: string
  /** User and group numbers of the node. */
  uid?: number
  gid?: number
  /** True: the device is hidden. */
  hide?: boolean
}

/** All requests of one config. */
export interface DeviceRequests {
  entries: DeviceRequest[]
  /** Directories below /dev that only have to be visible, because something is mounted on them. */
  directories: string[]
}

/** True for a name that is a pattern of fnmatch(3). */
export function isPattern(name: string): boolean {
  return /[*?[]/.test(name)
}

/** `x` for `/dev/x`, `dev/x` and `x`; undefined for what is no name below /dev. */
export function nameBelowDev(path: string): string | undefined {
  const name = path.startsWith('/dev/') ? path.slice('/dev/'.length) : path
  if (name === '' || name.startsWith('/') || name.endsWith('/')) return undefined
  // devfs(8) splits a rule at blanks and knows no quotes, and its patterns have at most 199 bytes (docs/freebsd/devfs.md).
  if (/\s/.test(name) || name.length > 199) return undefined
  return name.split('/').some(part => part === '' || part === '.' || part === '..') ? undefined : name
}
