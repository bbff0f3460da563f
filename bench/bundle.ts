/** Writing the bundles from which the benchmark creates containers. */
import { makeDirectories, writeTextFile } from '../src/host/files.ts'

/** The kind of a measured runtime: it makes jails, or it makes Linux containers (runc, crun). */
export type Kind = 'jail' | 'linux'

/** The contents of a bundle besides its program. */
export interface Contents {
  mounts?: readonly object[]
  annotations?: Readonly<Record<string, string>>
}

const DEVFS = { destination: '/dev', type: 'devfs', source: 'devfs', options: ['ruleset=4'] }

const LINUX = {
  mounts: [
    { destination: '/proc', type: 'proc', source: 'proc' },
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['mode=755', 'size=65536k'] },
  ],
  linux: { namespaces: ['pid', 'ipc', 'uts', 'mount', 'network'].map(type => ({ type })) },
}

/** The file of a bundle with the process of `exec`: a program that ends at once, and that a root of FreeBSD has too. */
export const EXEC_FILE = 'exec.json'

/** Makes the directory `dir`, writes a bundle with the program `args` into it, and gives `dir`. */
export function writeBundle(
  dir: string,
  kind: Kind,
  rootfs: string,
  args: readonly string[],
  { mounts = [], annotations = {} }: Contents = {},
): string {
  makeDirectories(dir, 0o755)
  const parts = kind === 'linux' ? LINUX : { mounts: [DEVFS, ...mounts] }
  const process = { args, cwd: '/', env: ['PATH=/bin'], user: { uid: 0, gid: 0 } }
  const config = {
    ociVersion: '1.0.2',
    process,
    root: { path: rootfs },
    hostname: 'bench',
    annotations,
    ...parts,
  }
  writeTextFile(`${dir}/config.json`, JSON.stringify(config))
  writeTextFile(`${dir}/${EXEC_FILE}`, JSON.stringify({ ...process, args: ['/bin/sleep', '0'] }))
  return dir
}
