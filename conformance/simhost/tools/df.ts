/** df(1): the mount table of the simulated host with the sizes that Linux knows. */
import fs from 'node:fs'
import { type DfUnits, type DiskUsage, dfTable } from '../print/df.ts'
import { errnoOf } from './errno.ts'
import { Exit, getopt, strerror, type ToolContext } from './tool.ts'

interface Mount {
  fstype: string
  from: string
  on: string
  flags?: string[]
}

/** Sizes of one mount. A tmpfs counts the page of its root; synthetic file systems are empty. */
function usage(mount: Mount, place: string): DiskUsage {
  const { fstype, from, on } = mount
  const stat = fs.statfsSync(place)
  const synthetic = ['devfs', 'fdescfs', 'procfs', 'linprocfs', 'linsysfs'].includes(fstype)
  if (synthetic)
    return { from, on, total: 1024, used: 0, available: 1024, inodes: 1, inodesFree: 0, type: fstype }
  const endless = fstype === 'tmpfs' && stat.blocks === 0
  const total = endless ? 4_253_323_264 : stat.blocks * stat.bsize
  const free = endless ? total : stat.bfree * stat.bsize
  const used = total - free + (fstype === 'tmpfs' ? 4096 : 0)
  const available = fstype === 'tmpfs' ? total - used : stat.bavail * stat.bsize
  return { from, on, total, used, available, inodes: stat.files, inodesFree: stat.ffree, type: fstype }
}

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  const bad = (): never => {
    t.err(
      'usage: df [--libxo] [-b | -g | -H | -h | -k | -m | -P] [-acilnT] [-t type] [-,]\n          [file | filesystem ...]\n',
    )
    throw new Exit(1)
  }
  const { options, rest } = getopt(t, 'abcgHhiklmnPt:T,', bad)
  const has = (letter: string): boolean => options.some(option => option[0] === letter)
  let units: DfUnits = { header: '512-blocks', block: 512 }
  if (has('k')) units = { header: '1024-blocks', block: 1024 }
  if (has('m')) units = { header: '1M-blocks', block: 1 << 20 }
  if (has('g')) units = { header: '1G-blocks', block: 1 << 30 }
  if (has('h') || has('H')) units = 'human'
  let status = 0
  const list: DiskUsage[] = []
  const type = options.find(option => option[0] === 't')?.[1]
  const wanted = (mount: Mount): boolean => type === undefined || type.split(',').includes(mount.fstype)
  if (rest.length === 0) {
    for (const mount of t.call('mounts') as unknown as Mount[]) {
      if (mount.flags?.includes('ignore') && !has('a')) continue
      if (wanted(mount)) list.push(usage(mount, mount.on))
    }
  }
  for (const name of rest) {
    try {
      fs.statSync(name)
      const mount = t.call('statfs', name) as unknown as Mount
      if (wanted(mount)) list.push(usage(mount, name))
    } catch (error) {
      t.err(`df: ${name}: ${strerror(errnoOf(error))}\n`)
      status = 1
    }
  }
  if (list.length > 0 || rest.length === 0) t.out(dfTable(list, units, { inodes: has('i'), type: has('T') }))
  return status
}
