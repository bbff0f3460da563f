/** The mount table as mount(8) prints it: plain, -v, -p, and as JSON. */

/** A mounted file system as the kernel tells it. */
export interface MountEntry {
  fsid: string
  fstype: string
  from: string
  on: string
  flags: string[]
}

/** MNTOPT_NAMES in their order: flag, text. */
const NAMES: readonly (readonly [string, string])[] = [
  ['async', 'asynchronous'],
  ['exported', 'NFS exported'],
  ['local', 'local'],
  ['noatime', 'noatime'],
  ['noexec', 'noexec'],
  ['nosuid', 'nosuid'],
  ['nosymfollow', 'nosymfollow'],
  ['quota', 'with quotas'],
  ['ro', 'read-only'],
  ['sync', 'synchronous'],
  ['union', 'union'],
  ['noclusterr', 'noclusterr'],
  ['noclusterw', 'noclusterw'],
  ['suiddir', 'suiddir'],
  ['soft-updates', 'soft-updates'],
  ['journaled soft-updates', 'journaled soft-updates'],
  ['multilabel', 'multilabel'],
  ['acls', 'acls'],
  ['nfsv4acls', 'nfsv4acls'],
]
/** Option words of `mount -p`, after rw or ro, in the order of flags2opts. */
const FSTAB_FLAGS = [
  'sync',
  'noexec',
  'nosuid',
  'union',
  'async',
  'noatime',
  'noclusterr',
  'noclusterw',
  'nosymfollow',
  'suiddir',
  'multilabel',
  'acls',
  'nfsv4acls',
]
const names = (m: MountEntry) => NAMES.filter(([flag]) => m.flags.includes(flag)).map(([, name]) => name)

/** A line of `mount`, with -v the file system id too. */
export function textLine(m: MountEntry, verbose: boolean): string {
  const words = [m.fstype, ...names(m), ...(verbose ? [`fsid ${m.fsid}`] : [])]
  return `${m.from} on ${m.on} (${words.join(', ')})\n`
}

function fstabOptions(m: MountEntry): string {
  return [m.flags.includes('ro') ? 'ro' : 'rw', ...FSTAB_FLAGS.filter(flag => m.flags.includes(flag))].join(
    ',',
  )
}

/** A line of `mount -p` (putfsent): columns of 24 with tabs, a space after a longer word, a tab after the options. */
export function fstabLine(m: MountEntry): string {
  const column = (text: string, width: number) =>
    text.length >= width ? `${text} ` : text + '\t'.repeat(Math.ceil((width - text.length) / 8))
  const pass = m.on === '/' && m.fstype === 'ufs' ? '1 1' : '0 0'
  const options = fstabOptions(m)
  return `${column(m.from, 24)}${column(m.on, 24)}${m.fstype}\t${options}${options.length < 8 ? '\t' : ' '}\t${pass}\n`
}

/** An entry of `mount --libxo json`. */
export function jsonMounted(m: MountEntry, verbose: boolean): string {
  const s = JSON.stringify
  const head = `"special":${s(m.from)},"node":${s(m.on)},"fstype":${s(m.fstype)}`
  const opts = `"opts": [${names(m)
    .map(n => s(n))
    .join(',')}]`
  return `{${head}, ${opts}${verbose ? `,"fsid":${s(m.fsid)}` : ''}}`
}

/** An entry of `mount -p --libxo json`. */
export function jsonFstab(m: MountEntry): string {
  const s = JSON.stringify
  const root = m.on === '/' && m.fstype === 'ufs' ? 1 : 0
  return `{"device":${s(m.from)},"mntpoint":${s(m.on)},"fstype":${s(m.fstype)},"opts":${s(fstabOptions(m))},"dump":${root},"pass":${root}}`
}
