/** Makes small root file systems from /rescue. Works only inside a simulated host. */
import fs from 'node:fs'
import path from 'node:path'
import { LIBRARIES } from './rescue.ts'

/** Programs that FreeBSD has in /bin; everything else of /rescue goes to /usr/bin. */
const BIN = new Set(
  'sh ls cat echo sleep ps hostname kill [ chmod cp date dd df expr ln mkdir mv pwd rm rmdir stty sync test'.split(
    ' ',
  ),
)
const SBIN = new Set('ifconfig sysctl route mount umount ping kldload kldstat kldunload'.split(' '))

const PASSWD = `root:*:0:0:Charlie &:/root:/bin/sh
daemon:*:1:1:Owner of many system processes:/root:/usr/sbin/nologin
www:*:80:80:World Wide Web Owner:/nonexistent:/usr/sbin/nologin
nobody:*:65534:65534:Unprivileged user:/nonexistent:/usr/sbin/nologin
`
const GROUP = `wheel:*:0:root
daemon:*:1:
kmem:*:2:
tty:*:4:
operator:*:5:root
video:*:44:
www:*:80:
nogroup:*:65533:
nobody:*:65534:
`

/** Makes a hard link where the file systems allow one, else a copy. */
function place(from: string, to: string): void {
  fs.mkdirSync(path.dirname(to), { recursive: true })
  fs.rmSync(to, { force: true })
  try {
    fs.linkSync(from, to)
  } catch {
    fs.copyFileSync(from, to, fs.constants.COPYFILE_FICLONE)
    fs.chmodSync(to, fs.statSync(from).mode)
  }
}

/** Makes (or completes) a root in `dir`: programs, libraries, passwd and group, empty dev, tmp, mnt, data, proc. */
export function makeRoot(dir: string, rescue = '/rescue'): void {
  if (!fs.existsSync(path.join(rescue, 'sh'))) throw new Error('no /rescue here: run inside a simulated host')
  for (const name of fs.readdirSync(rescue)) {
    if (name === LIBRARIES) continue
    const where = BIN.has(name) ? 'bin' : SBIN.has(name) ? 'sbin' : 'usr/bin'
    place(path.join(rescue, name), path.join(dir, where, name))
  }
  const libraries = path.join(rescue, LIBRARIES)
  for (const entry of fs.readdirSync(libraries, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = path.join(entry.parentPath, entry.name)
    place(file, path.join(dir, path.relative(libraries, file)))
  }
  for (const empty of ['dev', 'tmp', 'mnt', 'data', 'proc', 'root', 'var/run', 'var/tmp', 'etc'])
    fs.mkdirSync(path.join(dir, empty), { recursive: true })
  fs.chmodSync(path.join(dir, 'tmp'), 0o1777)
  fs.chmodSync(path.join(dir, 'var/tmp'), 0o1777)
  fs.writeFileSync(path.join(dir, 'etc/passwd'), PASSWD)
  fs.writeFileSync(path.join(dir, 'etc/group'), GROUP)
}
