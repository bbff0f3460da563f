/** S_IFMT and the types of node that linux.devices can name (stat(2)), by its `type`. */
const FORMAT = 0o170000
const TYPES: Readonly<Record<string, number>> = { c: 0o020000, u: 0o020000, b: 0o060000, p: 0o010000 }

/**
 * podman on Linux copies st_mode whole into `linux.devices[].fileMode` (8630 for 0666), which the schema of the
 * specification does not allow (permission bits only). The bits of the type say what `type` says: they are taken out of
 * the document when both agree, and left for the schema to refuse when they do not.
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
