/** stat(1) of FreeBSD; readlink(1) is left to the machine. */
import fs from 'node:fs'
import { formatStat, STAT_FORMATS, type StatFile } from '../print/stat.ts'
import { errnoOf } from './errno.ts'
import { Lister } from './ls.ts'
import { Exit, getopt, strerror, type ToolContext } from './tool.ts'

/** The data of a file for stat(1), with the columns of `ls -l`. */
function look(lister: Lister, name: string, follow: boolean): StatFile {
  const stat = follow ? fs.statSync(name) : fs.lstatSync(name)
  const listed = lister.look(name, name, follow)
  if (listed === undefined) throw new Exit(1)
  return {
    ...listed,
    target: listed.kind === 'l' ? (listed.target ?? fs.readlinkSync(name)) : undefined,
    uid: stat.uid,
    gid: stat.gid,
    dev: stat.dev,
    rdev: stat.rdev,
    accessed: stat.atime,
    changed: stat.ctime,
    born: stat.birthtime,
    blockSize: stat.blksize,
  }
}

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  const usage = (): never => {
    t.err('usage: stat [-FLnq] [-f format | -l | -r | -s | -x] [-t timefmt] [file|handle ...]\n')
    throw new Exit(1)
  }
  const { options, rest } = getopt(t, 'f:FHlLnqrst:x', usage)
  const has = (letter: string): boolean => options.some(option => option[0] === letter)
  const own = options.findLast(option => option[0] === 'f')?.[1]
  const format =
    own ??
    (has('r')
      ? STAT_FORMATS.raw
      : has('s')
        ? STAT_FORMATS.shell
        : has('x')
          ? STAT_FORMATS.long
          : STAT_FORMATS.plain)
  const lister = new Lister(t, letter => letter === 'l')
  let status = 0
  for (const name of rest) {
    try {
      t.out(formatStat(look(lister, name, has('L')), format) + (has('n') ? '' : '\n'))
    } catch (error) {
      if (error instanceof Exit) throw error
      if (!has('q')) t.err(`stat: ${name}: ${has('L') ? 'stat' : 'lstat'}: ${strerror(errnoOf(error))}\n`)
      status = 1
    }
  }
  return status
}
