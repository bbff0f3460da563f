/** FreeBSD's files in /etc and /boot of a simulated host. */
import fs from 'node:fs'
import path from 'node:path'
import { moduleFiles } from '../kernel/klds.ts'
import { GROUPS } from '../text/names.ts'

const USERS: readonly string[] = [
  'root:x:0:0:Charlie &:/root:/bin/sh',
  'toor:x:0:0:Bourne-again Superuser:/root:',
  'daemon:x:1:1:Owner of many system processes:/root:/usr/sbin/nologin',
  'operator:x:2:5:System &:/:/usr/sbin/nologin',
  'bin:x:3:7:Binaries Commands and Source:/:/usr/sbin/nologin',
  'www:x:80:80:World Wide Web Owner:/nonexistent:/usr/sbin/nologin',
  'nobody:x:65534:65534:Unprivileged user:/nonexistent:/usr/sbin/nologin',
]

/** passwd(5) and group(5) of FreeBSD, followed by the machine's entries whose name and number are free. */
export function writeEtc(tree: string): void {
  const etc = path.join(tree, 'etc')
  fs.mkdirSync(etc, { recursive: true })
  const groups = GROUPS.map(([name, gid]) => `${name}:x:${gid}:${gid === 0 ? 'root' : ''}`)
  fs.writeFileSync(path.join(etc, 'group'), `${merged(groups, '/etc/group').join('\n')}\n`)
  fs.writeFileSync(path.join(etc, 'passwd'), `${merged([...USERS], '/etc/passwd').join('\n')}\n`)
}

function merged(own: string[], file: string): string[] {
  const names = new Set(own.map(line => line.split(':')[0]))
  const numbers = new Set(own.map(line => line.split(':')[2]))
  const machine = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n') : []
  const more = machine.filter(line => {
    const [name, , number] = line.split(':')
    return number !== undefined && !names.has(name) && !numbers.has(number)
  })
  return [...own, ...more]
}

/** The module files in /boot/kernel: empty files that programs can find. */
export function writeModules(tree: string): void {
  const dir = path.join(tree, 'boot/kernel')
  fs.mkdirSync(dir, { recursive: true })
  for (const name of moduleFiles()) fs.writeFileSync(path.join(dir, `${name}.ko`), '', { mode: 0o555 })
}
