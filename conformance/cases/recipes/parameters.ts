/** docs/recipes: dotnet-mlock, postgresql, ping, chflags, linux-image. */
import chflags from '../../../docs/recipes/chflags/config.json' with { type: 'json' }
import dotnet from '../../../docs/recipes/dotnet-mlock/config.json' with { type: 'json' }
import linux from '../../../docs/recipes/linux-image/config.json' with { type: 'json' }
import ping from '../../../docs/recipes/ping/config.json' with { type: 'json' }
import postgresql from '../../../docs/recipes/postgresql/config.json' with { type: 'json' }
import {
  create,
  defineCase,
  finish,
  gone,
  lifeCycle,
  output,
  startReady,
  tool,
} from '../../harness/define.ts'
import { jls, sleeper } from '../jails/words.ts'
import { recipe } from './bundle.ts'

const data: readonly (readonly [string, string])[] = [['/containers/postgresql/data', '%{dir}/data']]
const parameterSays0 = 'sysctl -n security.jail.param.allow.mlock'

/** docs/recipes: dotnet-mlock, postgresql, ping, chflags, linux-image. */
export const recipeParameterCases = [
  defineCase({
    id: 'recipes.dotnet-mlock',
    title: 'the .NET recipe gives the jail allow.mlock, as jls(8) says and not the sysctl inside',
    stands:
      'docs/recipes/dotnet-mlock; security.jail.param.allow.mlock prints 0 whether or not the jail has the permission (seen on FreeBSD 15.1)',
    mark: 'jails',
    config: recipe(dotnet, `${parameterSays0}; ${sleeper}`),
    steps: [...startReady(), output('0\nready'), jls('allow.mlock', 'allow.mlock'), ...finish],
  }),
  defineCase({
    id: 'recipes.dotnet-mlock-not-asked',
    title: 'without its annotation the jail of the .NET recipe lacks allow.mlock',
    stands: 'jail(8): allow.mlock is off by default',
    mark: 'jails',
    config: { ...recipe(dotnet, `${parameterSays0}; ${sleeper}`), annotations: {} },
    steps: [...startReady(), output('0\nready'), jls('allow.mlock', 'allow.nomlock'), ...finish],
  }),
  defineCase({
    id: 'recipes.dotnet-mlock-bad-value',
    title: 'a value of allow.mlock that is neither yes nor no is an error that names the annotation',
    stands: 'docs/config.md, Annotations: allow.* is true, 1, false or 0',
    mark: 'jailwright',
    config: { ...recipe(dotnet, 'exit 0'), annotations: { 'org.freebsd.jail.allow.mlock': 'yes please' } },
    steps: [create({ fails: /org\.freebsd\.jail\.allow\.mlock/ }), gone()],
  }),
  defineCase({
    id: 'recipes.postgresql',
    title: 'the PostgreSQL recipe gives System V IPC of its own, the data directory and the user',
    stands:
      'docs/recipes/postgresql: PostgreSQL needs sysvshm=new, a name space of its own, not the blunt allow.sysvipc (ocijail#13)',
    mark: 'jails',
    files: { data: { dir: true } },
    config: recipe(postgresql, `id -u; pwd; ${sleeper}`, { replace: data }),
    steps: [
      ...startReady(),
      output('770\n/var/db/postgres\nready'),
      jls('sysvshm sysvsem sysvmsg', 'sysvshm=new sysvsem=new sysvmsg=new'),
      jls('allow.sysvipc', 'allow.nosysvipc'),
      tool(['mount', '-v'], { stdout: /\/var\/db\/postgres \(nullfs, .*nosuid/ }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'recipes.postgresql-not-asked',
    title: 'without the annotations of the PostgreSQL recipe System V IPC is off',
    stands: 'jail(8): sysvmsg, sysvsem, sysvshm are "disable" by default',
    mark: 'jails',
    files: { data: { dir: true } },
    config: { ...recipe(postgresql, sleeper, { replace: data }), annotations: {} },
    steps: [
      ...startReady(),
      jls('sysvshm sysvsem sysvmsg', 'sysvshm=disable sysvsem=disable sysvmsg=disable'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'recipes.postgresql-bad-mode',
    title: 'sysvshm=private is an error that tells what is allowed',
    stands: 'jail(8): "disable", "new" or "inherit"',
    mark: 'jailwright',
    files: { data: { dir: true } },
    config: {
      ...recipe(postgresql, 'exit 0', { replace: data }),
      annotations: { 'org.freebsd.jail.sysvshm': 'private' },
    },
    steps: [create({ fails: /org\.freebsd\.jail\.sysvshm.*(new|inherit)/ }), gone()],
  }),
  defineCase({
    id: 'recipes.ping',
    title: 'the ping recipe has rawSockets in the section, and a packet comes back',
    stands: "config-freebsd.md, jail.allow: rawSockets; every podman user's ping relies on it",
    mark: 'jails',
    notFor: { ocijail: 'does not read the section' },
    // A packet may be lost on a busy host, also on its loopback.
    config: recipe(ping, `until /bin/ping -c 1 -t 5 127.0.0.1; do sleep 1; done; ${sleeper}`),
    steps: [
      ...startReady(),
      output(/ 0\.0% packet loss/),
      jls('allow.raw_sockets ip4', 'allow.raw_sockets ip4=inherit'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'recipes.ping-not-allowed',
    title: 'without rawSockets the section gives no raw sockets, and ping is refused',
    stands: 'config-freebsd.md, jail.allow: rawSockets "Defaults to false"; jail(8): allow.raw_sockets',
    mark: 'jails',
    notFor: { ocijail: 'does not read the section' },
    config: {
      ...recipe(ping, `/bin/ping -c 1 -t 5 127.0.0.1 || echo "status $?"; ${sleeper}`),
      freebsd: { jail: { host: 'new', ip4: 'inherit', ip6: 'inherit' } },
    },
    steps: [
      ...startReady(),
      output([/Operation not permitted/, /status [1-9]/]),
      jls('allow.raw_sockets', 'allow.noraw_sockets'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'recipes.chflags',
    title: 'the chflags recipe gives the jail allow.chflags',
    stands: 'jail(8): allow.chflags; docs/recipes/chflags',
    mark: 'jails',
    config: recipe(chflags, sleeper),
    steps: [...startReady(), jls('allow.chflags securelevel', 'allow.chflags securelevel=-1'), ...finish],
  }),
  defineCase({
    id: 'recipes.chflags-taken-away',
    title: 'allow.chflags=false takes away what ocijail gives without being asked',
    stands:
      'docs/config.md, Annotations: an annotation overrides a default; without a freebsd section allow.chflags is on, as in ocijail',
    mark: 'jailwright',
    config: { ...recipe(chflags, sleeper), annotations: { 'org.freebsd.jail.allow.chflags': 'false' } },
    steps: [...startReady(), jls('allow.chflags', 'allow.nochflags'), ...finish],
  }),
  defineCase({
    id: 'recipes.linux-image',
    title: 'the Linux recipe has linprocfs, linsysfs, fdescfs with links, /dev/shm, and the kernel release',
    stands: 'docs/recipes/linux-image: what podman writes for an image of Linux',
    mark: 'jailwright',
    needs: ['linux'],
    config: recipe(
      linux,
      `echo x >/dev/shm/f && cat /dev/shm/f; ls -ld /dev/shm; ls -d /proc /sys /dev/fd/0; ${sleeper}`,
    ),
    steps: [
      ...startReady(),
      output([/^x\n/, /^drwxrwxrwt/m, /^\/proc$/m, /^\/sys$/m, /^\/dev\/fd\/0$/m]),
      jls('linux linux.osrelease', 'linux=new linux.osrelease=5.15.0'),
      tool(['mount', '-v'], {
        stdout: [
          /%{root}\/proc \(linprocfs/,
          /%{root}\/sys \(linsysfs/,
          /%{root}\/dev\/fd \(fdescfs/,
          /%{root}\/dev\/shm \(tmpfs, local, noexec, nosuid/,
        ].map(pattern => new RegExp(pattern.source.replace('%{root}', '\\/root'))),
      }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'recipes.linux-image-bad-release',
    title: 'a kernel release that is none is an error before anything is done',
    stands: 'linux.osrelease must look like N.N.N (sys/compat/linux/linux_mib.c, linux_map_osrel)',
    mark: 'jailwright',
    needs: ['linux'],
    config: { ...recipe(linux, 'exit 0'), annotations: { 'org.freebsd.jail.linux.osrelease': 'five' } },
    steps: [create({ fails: /linux\.osrelease/ }), gone()],
  }),
  defineCase({
    id: 'recipes.linux-image-nothing-else',
    title:
      'the deny-all that podman writes changes nothing in the Linux recipe, and no device of the host is seen',
    stands:
      'docs/freebsd/podman.md: linux.resources.devices denies everything, while the devfs mount says what may be seen',
    mark: 'jailwright',
    needs: ['linux'],
    config: recipe(
      linux,
      'for n in null zero random mem io pci bpf; do if test -e /dev/$n; then echo $n yes; else echo $n no; fi; done',
    ),
    steps: lifeCycle('null yes\nzero yes\nrandom yes\nmem no\nio no\npci no\nbpf no'),
  }),
]
