/** The two manifests of a package, as pkg writes them (pkg_emit_object() in libpkg/pkg_manifest.c of freebsd/pkg). */
import { createHash } from 'node:crypto'
import { facts, machines, prefix, projectText, version } from './facts.mjs'
import { messages } from './message.mjs'

/** Writes `%` and bytes that are not ASCII as %xx, because pkg decodes a text in a manifest like a URL. */
function encoded(text) {
  return Buffer.from(text)
    .toString('latin1')
    .replace(/[%\x80-\xff]/g, byte => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/** Gives a checksum in pkg's form: the number of its kind (1, PKG_HASH_TYPE_SHA256_HEX), `$`, and the sum. */
function checksum(data) {
  return `1$${createHash('sha256').update(data).digest('hex')}`
}

/** Gives the fields that both manifests have. */
function head(files, machine, osVersion) {
  return {
    name: facts.name,
    origin: facts.origin,
    version,
    comment: facts.comment,
    maintainer: facts.maintainer,
    www: facts.www,
    // pkg compares its own ABI with this pattern (fnmatch(3)), which stands for every major version. The annotation
    // FreeBSD_version names the oldest version.
    abi: `FreeBSD:*:${machine}`,
    arch: `freebsd:*:${machines[machine].legacy}`,
    prefix,
    flatsize: files.reduce((sum, { data }) => sum + data.length, 0),
    licenselogic: 'single',
    licenses: [facts.license],
    desc: encoded(projectText('packaging/freebsd/pkg-descr').trim()),
    categories: facts.categories,
    annotations: { FreeBSD_version: String(osVersion) },
  }
}

/**
 * Gives the manifests as `{ compact, full }`, to be written as JSON. `files` are `{ path, mode, data }` below the prefix.
 * `osVersion` is the lowest __FreeBSD_version that the program runs on; on an older system pkg asks or refuses. `time` is in
 * seconds since 1970.
 */
export function manifests({ files, machine, osVersion, time }) {
  const compact = {
    ...head(files, machine, osVersion),
    messages: messages(projectText('packaging/freebsd/files/pkg-message.in'), prefix),
  }
  const entries = files.map(({ path, mode, data }) => [
    encoded(`${prefix}/${path}`),
    {
      sum: checksum(data),
      uname: 'root',
      gname: 'wheel',
      perm: `0${mode.toString(8)}`,
      mtime: time,
    },
  ])
  const { messages: said, ...rest } = compact
  return { compact, full: { ...rest, files: Object.fromEntries(entries), messages: said } }
}
