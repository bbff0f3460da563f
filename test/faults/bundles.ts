/** Bundles and root file systems for the groups. They are made inside a simulated host, which has /rescue. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeRoot } from '../../conformance/simhost/host/rootfs.ts'

/** The process of all bundles: it sleeps until it is killed. */
const PROCESS = {
  args: ['/bin/sleep', '100'],
  cwd: '/',
  env: ['PATH=/bin:/usr/bin'],
  user: { uid: 0, gid: 0 },
}

/** Makes a root file system with programs in a working directory, once. */
export function rootWithPrograms(work: string): string {
  const root = join(work, 'programs')
  if (!existsSync(root)) makeRoot(root)
  return root
}

/** Makes a root file system with only the program of all bundles and its libraries. */
export function rootWithSleep(work: string): string {
  const root = join(work, 'sleep')
  if (existsSync(root)) return root
  makeRoot(root)
  for (const name of readdirSync(root))
    if (!/^(bin|lib.*|usr)$/.test(name)) rmSync(join(root, name), { recursive: true })
  for (const name of readdirSync(join(root, 'usr')))
    if (!name.startsWith('lib')) rmSync(join(root, 'usr', name), { recursive: true })
  for (const name of readdirSync(join(root, 'bin'))) if (name !== 'sleep') rmSync(join(root, 'bin', name))
  return root
}

/** Makes a bundle whose root is a copy of `from` by hard links, or empty without `from`. */
export function makeBundle(dir: string, config: object, from?: string): string {
  mkdirSync(dir, { recursive: true })
  const rootfs = join(dir, 'rootfs')
  if (from === undefined) mkdirSync(rootfs)
  else execFileSync('cp', ['-al', from, rootfs])
  writeConfig(dir, config)
  return dir
}

/** Writes the config.json of a bundle: the given properties, and those that every config has. */
export function writeConfig(dir: string, config: object): void {
  const whole = { ociVersion: '1.3.0', process: PROCESS, root: { path: 'rootfs' }, ...config }
  writeFileSync(join(dir, 'config.json'), JSON.stringify(whole))
}
