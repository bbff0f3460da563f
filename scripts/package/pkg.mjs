/** A package as pkg-create(8) makes it. */
import { tarOf, xz } from './archive.mjs'
import { prefix } from './facts.mjs'
import { manifests } from './manifest.mjs'

/** FreeBSD 14.0-RELEASE, for an executable that does not say which version it was linked for. */
const oldest = 1400097

/**
 * The bytes of a `.pkg`: the compact manifest, the manifest, then the files with absolute names. The compact one is
 * first because pkg_open2() stops at whichever manifest it meets first when it looks for the compact one.
 */
export async function packageOf({ files, machine, osVersion = oldest, time }) {
  const { compact, full } = manifests({ files, machine, osVersion, time })
  const members = [
    { path: '+COMPACT_MANIFEST', mode: 0o644, data: Buffer.from(JSON.stringify(compact)) },
    { path: '+MANIFEST', mode: 0o644, data: Buffer.from(JSON.stringify(full)) },
    ...files.map(file => ({ ...file, path: `${prefix}/${file.path}` })),
  ]
  return xz(await tarOf(members, time))
}
