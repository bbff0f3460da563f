/** HOME of a program whose config does not give it. */
import { defineCase, exec, finish, output, startReady } from '../../harness/define.ts'
import type { Case, ConfigPatch, FileSpec } from '../../harness/types.ts'

const stands =
  "runc, libcontainer/init_linux.go: HOME comes from the passwd(5) of the container, by uid, and is / without an entry; crun's suite, test_exec_populate_home_env_from_process_uid and test_home_unknown_id"

const notFor = { ocijail: 'HOME is / whoever the user is (ocijail, process.cpp)', runj: 'not tried' }

const passwd: Record<string, FileSpec> = {
  'etc/passwd': 'root:*:0:0::/root:/bin/sh\nann:*:1001:1001::/home/ann:/bin/sh\n',
}

function as(uid: number): ConfigPatch {
  return { process: { user: { uid, gid: uid }, env: ['PATH=/rescue:/bin:/sbin'] } }
}

const says = 'echo "home $HOME."'

/** HOME of a program whose config does not give it. */
export const homeCases: readonly Case[] = [
  defineCase({
    id: 'process.home-of-the-user',
    title: "without HOME in the config it is the user's in the container's /etc/passwd",
    stands,
    mark: 'any-runtime',
    notFor,
    rootFiles: passwd,
    config: as(1001),
    program: says,
    output: 'home /home/ann.',
  }),
  defineCase({
    id: 'process.home-of-nobody-known',
    title: "HOME of a user that the container's /etc/passwd does not have is /",
    stands,
    mark: 'any-runtime',
    notFor: { runj: notFor.runj },
    rootFiles: passwd,
    config: as(4711),
    program: says,
    output: 'home /.',
  }),
  defineCase({
    id: 'exec.home-of-the-user',
    title: 'exec as another user has the HOME of that user, not of the container',
    stands,
    mark: 'jails',
    notFor: { ...notFor, runc: 'keeps the HOME of the container' },
    rootFiles: passwd,
    config: as(0),
    program: 'echo ready; exec sleep %{nap}',
    steps: [
      ...startReady(),
      exec(['/bin/sh', '-c', says], { flags: ['--user', '1001:1001'], into: 'home' }),
      output('home /home/ann.', 'home'),
      ...finish,
    ],
  }),
]
