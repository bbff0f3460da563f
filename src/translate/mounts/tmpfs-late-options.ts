/** Options of a tmpfs that becomes read-only after its contents are made. */
import type { MountOption } from '../../host/types.ts'

/** Options of a tmpfs that is filled first. Owner and mode are set by system calls, because an update refuses them. */
export interface LateOptions {
  early: readonly MountOption[]
  size: number | undefined
  mode: number | undefined
  uid: number | undefined
  gid: number | undefined
  /** Options of the update that makes the tmpfs read-only; undefined for one that stays writable. */
  update: readonly MountOption[] | undefined
}

/** Options with which a tmpfs refuses an update (tmpfs_vfsops.c, tmpfs_updateopts); they matter for writing only. */
const WRITERS_ONLY = ['inodes', 'maxfilesize', 'nonc', 'pgread', 'union']

/** Flags that an update clears unless it repeats them (vfs_mount.c, vfs_domount_update: MNT_UPDATEMASK). */
const CLEARED = ['noexec', 'nosuid', 'nosymfollow']

/** Splits the options of a tmpfs into those of the mount and those of the update after it is filled. */
export function splitOptions(options: readonly MountOption[]): LateOptions {
  const value = (name: string) => options.find(option => option[0] === name)?.[1]
  const number = (text: string | undefined, base: number) =>
    text === undefined ? undefined : Number.parseInt(text, base)
  const readOnly = options.some(([name]) => name === 'ro')
  const late = ['mode', 'uid', 'gid', 'ro', ...(readOnly ? WRITERS_ONLY : [])]
  const kept = options.filter(([name]) => CLEARED.includes(name))
  return {
    early: options.filter(([name]) => !late.includes(name)),
    size: number(value('size'), 10),
    mode: number(value('mode'), 8),
    uid: number(value('uid'), 10),
    gid: number(value('gid'), 10),
    update: readOnly ? [['update', undefined], ['ro', undefined], ...kept] : undefined,
  }
}
