/** devfs as a tmpfs with nodes. Rules are applied by the devfs part. */
import fs from 'node:fs'
import path from 'node:path'
import { BASE_NODES } from '../devfs/nodes.ts'
import { MS, mknod, mount, umount } from '../libc.ts'
import type { Mount } from './mounts.ts'
import type { Parts } from './parts.ts'

/** What Linux programs need in /dev and devfs does not have: hidden from the simulated kernel's node table. */
export function linuxExtras(dir: string): void {
  for (const [name, major, minor] of [
    ['tty', 5, 0],
    ['ptmx', 5, 2],
  ] as const) {
    if (fs.existsSync(`${dir}/${name}`)) continue
    mknod(`${dir}/${name}`, 0o20666, major, minor)
    fs.chmodSync(`${dir}/${name}`, 0o666)
  }
}

/** Fills a directory with the nodes. A node that nothing answers to is null's number. */
function fill(dir: string): void {
  for (const node of BASE_NODES) {
    const file = path.join(dir, node.name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    if (node.kind === 'link') {
      fs.symlinkSync(node.target ?? '', file)
      continue
    }
    if (typeof node.linux === 'string') {
      fs.symlinkSync(node.linux, file)
      continue
    }
    const [major, minor] = node.linux ?? [1, 3]
    mknod(file, 0o20000 | node.mode, major, minor)
    fs.chmodSync(file, node.mode)
    fs.chownSync(file, node.uid, node.gid)
  }
}

/** The host's own /dev (its tmpfs is there already) with terminals of its own. */
export function fillHostDev(): void {
  fill('/dev')
  linuxExtras('/dev')
  fs.mkdirSync('/dev/pts', { recursive: true })
  mount('devpts', '/dev/pts', 'devpts', 0, 'newinstance,ptmxmode=0666,mode=620,gid=4')
  fs.mkdirSync('/dev/shm', { recursive: true, mode: 0o1777 })
  mount('shm', '/dev/shm', 'tmpfs', 0, 'mode=1777')
}

function attachPts(m: Mount): void {
  fs.mkdirSync(`${m.on}/pts`, { recursive: true })
  mount('/dev/pts', `${m.on}/pts`, null, MS.BIND)
}

export function installDevfs({ mounts }: Parts): void {
  fillHostDev()
  mounts.type('devfs', {
    number: 0x71,
    lsflags: 'synthetic, jail',
    local: false,
    jail: true,
    options: ['from', 'export', 'ruleset'],
    mount({ mount: m, point }) {
      m.from = 'devfs'
      mount('devfs', point, 'tmpfs', 0, 'mode=755')
      fill(m.on)
      attachPts(m)
    },
    beforeUnmount: m => umount(`${m.on}/pts`, 2),
    restore: attachPts,
  })
}
