/** Options of a tmpfs that becomes read-only after something was made in it. */
import type { MountOption } from '../../host/types.ts'

/** Options of a tmpfs that is filled first: owner and mode are set by hand, so that `ro` can be added afterwards. */
export interface LateOptions {
  early: readonly MountOption[]
  size: number | undefined
  mode: number | undefined
  uid: number | undefined
  gid: number | undefined
  /** Options of the update that makes it read-only, where it is to be that. */
  update: readonly MountOption[] | undefined
}

/** What an update to read-only refuses to find on a tmpfs (tmpfs_vfsops.c, tmpfs_updateopts); it is about writing only. */
const WRITERS_ONLY = ['inodes', 'maxfilesize', 'nonc', 'pgread', 'union']

/** Flags that an update clears when it does not give them again (vfs_mount.c, vfs_domount_update: MNT_UPDATEMASK). */
const CLEARED = ['noexec', 'nosuid', 'nosymfollow']

/** Takes a tmpfs's options apart: what it is mounted with, and what comes after it was filled. */
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
