/** Limits by rctl(8) on a FreeBSD host (docs/freebsd/limits.md). */
import {
  call,
  check,
  create,
  defineCase,
  finish,
  gone,
  removeForce,
  startReady,
  tool,
} from '../harness/define.ts'

const sleeper = 'echo ready; exec sleep %{nap}'

/** Cases about resource limits. */
export const limitCases = [
  defineCase({
    id: 'limits.linux-resources',
    title: 'linux.resources become rctl rules that end with the container',
    stands:
      'dfr/ocijail#16 asks for memory and cpus as rctl rules; a rule is keyed by the name of the jail and outlives it (docs/freebsd/limits.md)',
    mark: 'jailwright',
    needs: ['racct'],
    config: {
      linux: {
        resources: {
          memory: { limit: 64 * 1024 * 1024 },
          cpu: { quota: 50000, period: 100000 },
          pids: { limit: 50 },
        },
      },
    },
    program: sleeper,
    steps: [
      ...startReady(),
      tool(['rctl', 'jail:%{id}'], {
        stdout: [/memoryuse:deny=67108864/, /pcpu:deny=50/, /maxproc:deny=50/],
      }),
      ...finish,
      tool(['rctl', 'jail:%{id}'], { stdout: '' }),
    ],
  }),
  defineCase({
    id: 'limits.annotation',
    title: 'an annotation sets a limit: podman never writes --memory into the config',
    stands:
      'podman on FreeBSD drops --memory (pkg/specgen/generate/oci_freebsd.go copies no resources), so limits must be reachable by annotation',
    mark: 'jailwright',
    needs: ['racct'],
    config: { annotations: { 'org.jailwright.limits.openfiles': '200' } },
    program: sleeper,
    steps: [...startReady(), tool(['rctl', 'jail:%{id}'], { stdout: /openfiles:deny=200/ }), ...finish],
  }),
  defineCase({
    id: 'limits.update',
    title: 'update changes the limits of a running container',
    stands: 'podman update calls `update --resources=FILE ID`',
    mark: 'jailwright',
    needs: ['racct'],
    files: { 'resources.json': '{"memory":{"limit":33554432},"pids":{"limit":20}}' },
    program: sleeper,
    steps: [
      ...startReady(),
      call(['update', '--resources=%{dir}/resources.json', '%{id}']),
      tool(['rctl', 'jail:%{id}'], { stdout: [/memoryuse:deny=33554432/, /maxproc:deny=20/] }),
      call(['update', '--pids-limit', '30', '%{id}']),
      tool(['rctl', 'jail:%{id}'], { stdout: [/maxproc:deny=30/, { not: /maxproc:deny=20/ }] }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'limits.update-ignored',
    title: 'update says what it cannot do, one warning each, and succeeds',
    stands:
      'podman update calls `update --resources=FILE ID` with what --cpu-shares, --memory-reservation and --blkio-weight ask; a limit that is not in force must not look as if it were',
    mark: 'jailwright',
    files: {
      'resources.json':
        '{"memory":{"reservation":33554432},"cpu":{"shares":512},"blockIO":{"weight":10},"devices":[{"allow":false}]}',
    },
    program: sleeper,
    steps: [
      ...startReady(),
      call(['update', '--resources', '%{dir}/resources.json', '%{id}'], {
        log: [
          /"warning".*resources\.memory\.reservation: ignored: /,
          /"warning".*resources\.cpu\.shares: ignored: /,
          /"warning".*resources\.blockIO\.weight: ignored: /,
          /"warning".*resources\.devices: ignored: /,
        ],
      }),
      call(['update', '--cpu-share', '512', '--kernel-memory=1g', '--cpu-period', '50000', '%{id}'], {
        log: [
          /"warning".*--cpu-share: ignored: /,
          /"warning".*--kernel-memory: ignored: /,
          /"warning".*resources\.cpu\.period: ignored: /,
        ],
      }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'limits.stale-rule',
    title: 'a rule that an earlier jail of this name left does not bind the new container',
    stands:
      "rctl(8): a rule may outlive its jail and holds for the next jail of that name; the runtime's rules end with the container",
    mark: 'jailwright',
    needs: ['racct'],
    config: { linux: { resources: { pids: { limit: 40 } } } },
    program: sleeper,
    steps: [
      tool(['rctl', '-a', 'jail:%{id}:openfiles:deny=3']),
      ...startReady(),
      tool(['rctl', 'jail:%{id}'], { stdout: [/maxproc:deny=40/, { not: /openfiles/ }] }),
      ...finish,
      check('whatever is left of it is taken away', async context => {
        await context.tool('rctl', '-r', context.expand('jail:%{id}'))
      }),
    ],
  }),
  defineCase({
    id: 'limits.racct-off',
    title: 'without racct a limit is an error that names the loader tunable',
    stands:
      'rctl(8): without kern.racct.enable=1 in loader.conf every call is ENOSYS, and the user has to be told so',
    mark: 'jailwright',
    needs: ['no-racct'],
    config: { linux: { resources: { memory: { limit: 67108864 } } } },
    steps: [create({ fails: /kern\.racct\.enable/ }), gone()],
  }),
  defineCase({
    id: 'limits.racct-off-best-effort',
    title: 'without racct and under best effort a limit is a warning',
    stands: '`--limits=best-effort` of jailwright (docs/config.md): the limit is a warning',
    mark: 'jailwright',
    needs: ['no-racct'],
    config: { linux: { resources: { memory: { limit: 67108864 } } } },
    steps: [create({ flags: ['--limits=best-effort'], log: /racct/ }), removeForce()],
  }),
  defineCase({
    id: 'limits.racct-off-annotation',
    title: 'without racct the annotation makes a limit a warning, and --limits has the last word',
    stands: 'podman passes no options of jailwright, so an annotation says best-effort (docs/config.md)',
    mark: 'jailwright',
    needs: ['no-racct'],
    config: {
      annotations: { 'org.jailwright.limits.mode': 'best-effort', 'org.jailwright.limits.memoryuse': '1g' },
    },
    steps: [
      create({ flags: ['--limits=strict'], fails: /kern\.racct\.enable/ }),
      gone(),
      create({ log: /racct/ }),
      removeForce(),
    ],
  }),
  defineCase({
    id: 'limits.racct-off-update',
    title: 'without racct a limit can be taken away, and none be set',
    stands: 'podman update --pids-limit -1 takes a limit away; without racct no limit holds anyway',
    mark: 'jailwright',
    needs: ['no-racct'],
    program: sleeper,
    steps: [
      ...startReady(),
      call(['update', '--pids-limit=-1', '--memory=-1', '%{id}']),
      call(['update', '--pids-limit=5', '%{id}'], { fails: /kern\.racct\.enable/ }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'limits.create-ignored',
    title: 'create says which limits FreeBSD does not have',
    stands: 'a limit that is not in force must not look as if it were (docs/config.md)',
    mark: 'jailwright',
    config: { linux: { resources: { cpu: { shares: 512 }, memory: { reservation: 33554432 } } } },
    steps: [
      create({
        log: [
          /"warning".*linux\.resources\.cpu\.shares: ignored: /,
          /"warning".*linux\.resources\.memory\.reservation: ignored: /,
        ],
      }),
      removeForce(),
    ],
  }),
  defineCase({
    id: 'limits.swap-tight',
    title: 'a limit of swap that leaves the program no room is a warning',
    stands:
      'sys/vm/swap_pager.c, swap_reserve_by_cred: swapuse is charged when memory is reserved, and what the first process reserves before it becomes the program counts for as long as it lives',
    mark: 'jailwright',
    needs: ['racct'],
    config: { linux: { resources: { memory: { swap: 25165824 } } } },
    steps: [create({ log: /"warning".*linux\.resources\.memory\.swap: 25165824: below 32m/ }), removeForce()],
  }),
  defineCase({
    id: 'limits.update-numbers',
    title: 'update refuses numbers that mean nothing, and says what is allowed',
    stands: 'a mistyped limit must not be taken for "no limit"',
    mark: 'jailwright',
    program: sleeper,
    steps: [
      ...startReady(),
      call(['update', '--pids-limit=-7', '%{id}'], {
        fails: /--pids-limit must be a whole number, -1 or more/,
      }),
      call(['update', '--cpu-period=-5', '--cpu-quota=10', '%{id}'], {
        fails: /--cpu-period must be a whole number, 0 or more/,
      }),
      call(['update', '--device-remove', '/dev/nosuch', '%{id}'], {
        fails: /--device-remove: \/dev\/nosuch: /,
      }),
      call(['update', '--cpuset-cpus', '1023', '%{id}'], { fails: /--cpuset-cpus/ }),
      ...finish,
    ],
  }),
]
