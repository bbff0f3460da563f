/**
 * S_IFMT of stat(2), and the file types of the kinds of node that `linux.devices` can name, by the letter of `type`.
 */
const FORMAT = 0o170000
const TYPES: Readonly<Record<string, number>> = { c: 0o020000, u: 0o020000, b: 0o060000, p: 0o010000 }

/**
 * Takes the file type out of `linux.devices[].fileMode`. podman on Linux copies the whole st_mode there (8630 for
 * 0666), and the specification's schema allows permission bits only. Type bits that agree with `type` are removed; type
 * bits that do not agree are left for the schema to refuse.
 */
export function dropFileTypes(document: unknown): void {
  const devices = (document as { linux?: { devices?: unknown } } | null)?.linux?.devices
  if (!Array.isArray(devices)) return
  for (const device of devices as unknown[]) {
    if (device === null || typeof device !== 'object') continue
    const node = device as { type?: unknown; fileMode?: unknown }
    if (typeof node.fileMode !== 'number' || typeof node.type !== 'string') continue
    if ((node.fileMode & FORMAT) !== 0 && (node.fileMode & FORMAT) === TYPES[node.type])
      node.fileMode &= 0o777
  }
}
