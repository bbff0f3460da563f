/** The mounts of jail(8): lines, fstab files, devfs, fdescfs, procfs, and the checks before each. */
import fs from 'node:fs'
import { CallError } from '../../client.ts'
import { strerror } from '../tool.ts'
import { type Conf, flag, one, type Run, stop, values } from './run.ts'

/** One mount of jail(8): how to make it, check it and undo it. */
export interface JailMount {
  /** The parameter of the mount, as messages name it. */
  of: string
  type: string
  node: string
  up: string[]
  down: string[]
}

/** The mounts in order: lines, files, then devfs, fdescfs, procfs. Throws for a line with too few words. */
export function mounts(run: Run, conf: Conf): (() => JailMount | undefined)[] {
  const list: (() => JailMount | undefined)[] = []
  const line = (of: string, text: string) => {
    const words = text.split(/[ \t\f\v\r\n]+/).filter(w => w !== '')
    if (words.length === 0) return undefined
    const [from, node] = words.slice(0, 2).map(decodeVis)
    const [, , type, options] = words
    if (from === undefined || (words.length > 1 && node === undefined))
      stop(run, conf, `${of}: ${text}: fstab parse error`)
    if (node === undefined || type === undefined) stop(run, conf, `${of}: ${text}: missing information`)
    const up = ['/sbin/mount', '-t', type, ...(options === undefined ? [] : ['-o', options]), from, node]
    return { of, type, node, up, down: ['/sbin/umount', '-t', type, node] }
  }
  for (const text of values(conf, 'mount')) list.push(() => line('mount', text))
  for (const file of values(conf, 'mount.fstab')) {
    if (file === '') continue
    for (const entry of fs.readFileSync(file, 'utf8').split('\n'))
      list.push(() => line('mount.fstab', entry.replace(/#.*/, '')))
  }
  const path = one(conf, 'path')
  for (const [of, type, at] of [
    ['mount.devfs', 'devfs', '/dev'],
    ['mount.fdescfs', 'fdescfs', '/dev/fd'],
    ['mount.procfs', 'procfs', '/proc'],
  ] as const) {
    if (!flag(conf, of)) continue
    list.push(() => {
      if (path === undefined) stop(run, conf, `${of}: no jail root path defined`)
      const node = `${path}${at}`
      const ruleset = type === 'devfs' ? [`-oruleset=${one(conf, 'devfs_ruleset') ?? '4'}`] : []
      return {
        of,
        type,
        node,
        up: ['/sbin/mount', '-t', type, ...ruleset, '.', node],
        down: ['/sbin/umount', node],
      }
    })
  }
  return list
}

/** strunvis(3) for fstabs: octal and simple escapes; undefined when something else follows a backslash. */
function decodeVis(text: string): string | undefined {
  let bad = false
  const plain = text.replace(/\\(?:([0-7]{1,3})|(.?))/g, (_, octal?: string, other?: string) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff)
    const known = {
      '\\': '\\',
      n: '\n',
      t: '\t',
      s: ' ',
      r: '\r',
      b: '\b',
      a: '\x07',
      v: '\v',
      f: '\f',
      E: '\x1b',
      $: '',
    }
    const meaning = (known as Record<string, string>)[other ?? '']
    if (meaning === undefined) bad = true
    return meaning ?? ''
  })
  return bad ? undefined : plain
}

/**
 * check_path: the path is absolute, and below the jail's path no part is a link or missing; with `file` the last part may
 * be missing.
 */
export function checkPath(run: Run, conf: Conf, of: string, node: string, file: boolean): void {
  if (!node.startsWith('/')) stop(run, conf, `${of}: ${node}: not an absolute pathname`)
  const path = one(conf, 'path') ?? ''
  if (!node.startsWith(`${path}/`)) return
  const ends = [...node.matchAll(/\//g)].map(m => m.index).filter(i => i > path.length)
  for (const end of [...ends, node.length]) {
    const at = node.slice(0, end)
    let stat: fs.Stats
    try {
      stat = fs.lstatSync(at)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' && file && end === node.length) return
      stop(run, conf, `${of}: ${at}: ${strerror(code ?? 'ENOENT')}`)
    }
    if (stat.isSymbolicLink()) stop(run, conf, `${of}: ${at} is a symbolic link`)
  }
}

/** Checks before an unmount that the place is a mount point of that type. */
export function checkMounted(run: Run, conf: Conf, { of, node, type }: JailMount): void {
  checkPath(run, conf, of, node, false)
  let on: { on: string; fstype: string }
  try {
    on = run.t.call('statfs', node) as { on: string; fstype: string }
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    stop(run, conf, `${of}: ${node}: ${strerror(error.errno)}`)
  }
  if (fs.statSync(node).ino !== fs.statSync(on.on).ino) stop(run, conf, `${of}: ${node}: not a mount point`)
  if (on.fstype !== type) stop(run, conf, `${of}: ${node}: not a ${type} mount`)
}
