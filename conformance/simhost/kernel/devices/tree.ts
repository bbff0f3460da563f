/** The files of a tmpfs that show a devfs mount: always those entries that the rules leave visible. */
import fs from 'node:fs'
import path from 'node:path'
import { MS, mknod, mount, umount } from '../../libc.ts'
import type { DevfsEntry } from '../../rules/devfs/kernel.ts'
import { descriptorLink, hideDescriptors, showDescriptors } from './descriptors.ts'

/** Gives a function the root of the mount, by descriptor: its place changes when a directory above it is renamed. */
export type Reach = (work: (root: string) => void) => void

/** One mounted devfs on disk. */
export class DevfsTree {
  /** The root of the mount while `reach` holds it. */
  private dir = ''
  private readonly reach: Reach
  /** True for the host's /dev, whose terminals stay mounted. */
  private readonly ownTerminals: boolean
  private readonly made = new Map<string, string>()
  private terminals = false
  private descriptors = false

  constructor(reach: Reach, ownTerminals: boolean) {
    this.reach = reach
    this.ownTerminals = ownTerminals
  }

  /** Makes the files as `entries` say; a directory comes before its entries. */
  sync(entries: readonly DevfsEntry[]): void {
    this.reach(root => {
      this.dir = root
      this.make(entries)
    })
  }

  private make(entries: readonly DevfsEntry[]): void {
    const isTerminal = (name: string): boolean => name === 'pts' || name.startsWith('pts/')
    const wanted = new Map(entries.filter(entry => !isTerminal(entry.name)).map(entry => [entry.name, entry]))
    for (const name of [...this.made.keys()].reverse()) {
      if (!wanted.has(name)) this.remove(name)
    }
    for (const entry of wanted.values()) this.put(entry)
    if (this.ownTerminals) return
    this.showTerminals(entries.some(entry => entry.name.startsWith('pts/')))
    if (!this.descriptors && wanted.has('fd/0')) {
      showDescriptors(path.join(this.dir, 'fd'))
      this.descriptors = true
    }
  }

  /** Unmounts what is mounted inside, for good or until the next `sync`. */
  hideMounts(): void {
    this.reach(root => {
      this.dir = root
      this.showTerminals(false)
      if (this.descriptors) hideDescriptors(path.join(root, 'fd'))
      this.descriptors = false
    })
  }

  private remove(name: string): void {
    if (name === 'fd' && this.descriptors) {
      hideDescriptors(path.join(this.dir, name))
      this.descriptors = false
    }
    try {
      fs.rmSync(path.join(this.dir, name), { recursive: false, force: true })
    } catch {
      try {
        fs.rmdirSync(path.join(this.dir, name))
      } catch {
        // Something is mounted there, such as fdescfs; the directory stays until it is unmounted.
        return
      }
    }
    this.made.delete(name)
  }

  private put(entry: DevfsEntry): void {
    const file = path.join(this.dir, entry.name)
    const { linux, target } = entry.node ?? {}
    const link =
      entry.kind === 'link'
        ? (target ?? '')
        : typeof linux === 'string'
          ? this.linkTo(entry.name, linux)
          : undefined
    const look = `${entry.kind} ${entry.mode} ${entry.uid} ${entry.gid}`
    const before = this.made.get(entry.name)
    if (before === look) return
    if (before === undefined) {
      if (entry.kind === 'dir') fs.mkdirSync(file, { recursive: true })
      else if (link !== undefined) fs.symlinkSync(link, file)
      else {
        // A node without a device below gets the number of null: it can be opened and has no data.
        const [major, minor] = Array.isArray(linux) ? (linux as [number, number]) : [1, 3]
        mknod(file, 0o20000 | entry.mode, major, minor)
      }
    }
    if (link === undefined) {
      fs.chownSync(file, entry.uid, entry.gid)
      fs.chmodSync(file, entry.mode)
    }
    this.made.set(entry.name, look)
  }

  /** The target of a link; `fd/N` leads to the descriptors of a jail's process also without a procfs. */
  private linkTo(name: string, linux: string): string {
    const fd = /^fd\/([0-9]+)$/.exec(name)?.[1]
    return fd === undefined || this.ownTerminals ? linux : descriptorLink(Number(fd))
  }

  /**
   * Terminals work only in an instance of Linux's devpts, so `pts` is a bind mount of the host's. `tty` comes with them:
   * devfs never lists it, but finds it for a process whose controlling terminal the rules leave visible.
   */
  private showTerminals(on: boolean): void {
    if (on === this.terminals) return
    const dir = path.join(this.dir, 'pts')
    const own = path.join(this.dir, 'tty')
    if (on) {
      fs.mkdirSync(dir, { recursive: true })
      mount('/dev/pts', dir, null, MS.BIND)
      mknod(own, 0o20666, 5, 0)
      fs.chmodSync(own, 0o666)
    } else {
      umount(dir, 2)
      fs.rmdirSync(dir)
      fs.rmSync(own, { force: true })
    }
    this.terminals = on
  }
}
