/** Making a package as pkg-create(8) does it. */
import { tarOf, xz } from './archive.mjs'
import { prefix } from './facts.mjs'
import { manifests } from './manifest.mjs'

/** The version of FreeBSD 14.0-RELEASE, for an executable without a note of the version that it was linked for. */
const oldest = 1400097

/**
 * Gives the bytes of a `.pkg`: the compact manifest, the full manifest, then the files with absolute names. The compact one is
 * the first, because pkg_open2() of libpkg takes the first manifest that it finds, even when it looks for the compact one.
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
