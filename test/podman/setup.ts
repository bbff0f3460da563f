/** Making podman's storage, settings and image before the first case, and emptying the storage after the last one. */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { stringify } from 'smol-toml'
import { IMAGE, machine, present, until } from './machine.ts'

/** Where podman and buildah of Linux look for their settings. */
const PODMAN_SETTINGS = '/etc/containers'

/** Makes the root file system of the image: busybox under all its names, users, and a file that is not executable. */
function makeRoot(root: string): void {
  for (const dir of [
    'bin',
    'etc',
    'tmp',
    'root',
    'home/user',
    'proc',
    'sys',
    'dev',
    'var/tmp',
    'run',
    'sbin',
  ])
    mkdirSync(path.join(root, dir), { recursive: true })
  chmodSync(path.join(root, 'tmp'), 0o1777)
  const busybox = ['/bin/busybox', '/usr/bin/busybox'].find(file => spawnSync(file, ['true']).status === 0)
  if (busybox === undefined) throw new Error('busybox is missing')
  copyFileSync(busybox, path.join(root, 'bin/busybox'))
  chmodSync(path.join(root, 'bin/busybox'), 0o755)
  const list = spawnSync(busybox, ['--list'], { encoding: 'utf8' }).stdout.trim().split('\n')
  for (const name of list.filter(name => name !== 'busybox'))
    symlinkSync('/bin/busybox', path.join(root, 'bin', name))
  writeFileSync(
    path.join(root, 'etc/passwd'),
    'root:x:0:0:root:/root:/bin/sh\nuser:x:1001:1002::/home/user:/bin/sh\n',
  )
  writeFileSync(path.join(root, 'etc/group'), 'root:x:0:\nuser:x:1002:\nvideo:x:44:user\n')
  writeFileSync(path.join(root, 'etc/not-executable'), 'text\n', { mode: 0o644 })
}

/** Gives containers.conf(5) of the machine. Its limits are not above those of the machine. */
function settings(dir: string, runtime: string, dropIn: string | undefined): string {
  const alone = dropIn === undefined
  return stringify({
    containers: {
      default_ulimits: ['nofile=1024:1024', 'nproc=1000:1000'],
      netns: 'none',
      log_driver: 'k8s-file',
    },
    engine: {
      // Where a drop-in is installed, only the drop-in names the runtime and says where it is.
      ...(alone && { runtime: 'under-test' }),
      events_logger: 'file',
      cgroup_manager: 'cgroupfs',
      runtime_supports_json: ['under-test'],
      runtimes: {
        ...(alone && { 'under-test': [runtime] }),
        'without-json': [runtime],
        ocijail: [`${dir}/bin/ocijail`],
      },
    },
    network: { network_config_dir: `${dir}/net` },
  })
}

/** Shows a directory at another place, until the machine (a mount namespace of its own) ends. */
function mount(directory: string, place: string): void {
  run('mount', machine.jails ? ['-t', 'nullfs', directory, place] : ['--bind', directory, place])
}

/**
 * Puts podman's settings where podman and buildah look for them. CONTAINERS_CONF cannot name them: when it is set, podman reads
 * no other file, so no drop-in either (containers/common, pkg/config: systemConfigs). Podman of Linux reads
 * /etc/containers/containers.conf and then /etc/containers/containers.conf.d/*.conf, which on FreeBSD are below /usr/local/etc.
 * podman itself merges the installed drop-in into the settings: its values replace those of containers.conf.
 */
function configure(dir: string, runtime: string, dropIn: string | undefined): void {
  const own = path.join(dir, 'containers')
  // The machine's other files, such as policy.json, stay as they are.
  cpSync(PODMAN_SETTINGS, own, { recursive: true })
  rmSync(path.join(own, 'containers.conf.d'), { recursive: true, force: true })
  mkdirSync(path.join(own, 'containers.conf.d'))
  writeFileSync(path.join(own, 'containers.conf'), settings(dir, runtime, dropIn))
  mount(own, PODMAN_SETTINGS)
  if (dropIn !== undefined) mount(path.dirname(dropIn), path.join(PODMAN_SETTINGS, 'containers.conf.d'))
}

export default async function setup(): Promise<() => void> {
  const { dir, runtime, dropIn } = machine
  for (const name of ['root', 'run', 'tmp', 'bin', 'net', 'work']) mkdirSync(path.join(dir, name))
  symlinkSync(machine.ocijail ?? runtime, path.join(dir, 'bin/ocijail'))
  configure(dir, runtime, dropIn)
  writeFileSync(
    machine.env.CONTAINERS_STORAGE_CONF,
    `[storage]\ndriver = "vfs"\nrunroot = "${dir}/run"\ngraphroot = "${dir}/root"\n`,
  )
  const root = path.join(dir, 'image')
  makeRoot(root)
  const archive = path.join(dir, 'image.tar')
  run('tar', ['-C', root, '-cf', archive, '.'])
  run('podman', [...machine.storage, 'import', '--change', 'CMD=["/bin/sh"]', archive, IMAGE])
  // The first container makes the files that podman keeps, such as locks. The cases compare the machine with its state after
  // that.
  run('podman', [...machine.storage, 'run', '--rm', IMAGE, '/bin/true'], false)
  // conmon and the podman that it starts to clean up outlive the command. They must not pass for what was there before.
  await until('the end of the first container', () => present().processes.length === 0)
  console.log(`init is ${readlinkSync('/proc/1/exe')}, runtime ${runtime}`)
  return () => {
    spawnSync('podman', [...machine.storage, 'pod', 'rm', '-f', '-a'], { env: machine.environment() })
    spawnSync('podman', [...machine.storage, 'rm', '-f', '-t', '0', '-a'], { env: machine.environment() })
  }
}

function run(command: string, args: string[], must = true): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', env: machine.environment() })
  if (status === 0) return
  const text = `${command} ${args.join(' ')}: ${stderr}`
  if (must) throw new Error(text)
  console.error(text)
}
