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
import { jls, recipe, sleeper } from './bundle.ts'

const data: readonly (readonly [string, string])[] = [['/containers/postgresql/data', '%{dir}/data']]
const parameterSays0 = 'sysctl -n security.jail.param.allow.mlock'

/** docs/recipes: dotnet-mlock, postgresql, ping, chflags, linux-image. */
export const recipeParameterCases = [
  defineCase({
    id: 'recipes.dotnet-mlock',
    title: '.NET recipe: the jail has allow.mlock, by jls and not by the sysctl inside',
    stands:
      'needs A.2.9; measured.md: security.jail.param.allow.mlock prints 0 whether or not the jail has the permission',
    mark: 'jails',
    config: recipe(dotnet, `${parameterSays0}; ${sleeper}`),
    steps: [...startReady(), output('0\nready'), jls('allow.mlock', 'allow.mlock'), ...finish],
  }),
  defineCase({
    id: 'recipes.dotnet-mlock-not-asked',
    title: 'without the annotation the jail has not the permission',
    stands: 'jail(8): allow.mlock is off by default',
    mark: 'jails',
    config: { ...recipe(dotnet, `${parameterSays0}; ${sleeper}`), annotations: {} },
    steps: [...startReady(), output('0\nready'), jls('allow.mlock', 'allow.nomlock'), ...finish],
  }),
  defineCase({
    id: 'recipes.dotnet-mlock-bad-value',
    title: 'a value that is neither yes nor no is an error that names the annotation',
    stands: 'design, Jail parameters: allow.* are true, 1, false, 0, "with their type checked"',
    mark: 'jailwright',
    config: { ...recipe(dotnet, 'exit 0'), annotations: { 'org.freebsd.jail.allow.mlock': 'yes please' } },
    steps: [create({ fails: /org\.freebsd\.jail\.allow\.mlock/ }), gone()],
  }),
  defineCase({
    id: 'recipes.postgresql',
    title: 'PostgreSQL recipe: System V IPC of its own, the data directory, the user',
    stands: 'needs A.2.10: sysvshm=new for PostgreSQL, "own name space, not the blunt allow.sysvipc"',
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
    title: 'without the annotations System V IPC is off',
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
    title: 'ping recipe: rawSockets in the section, and a packet comes back',
    stands: "config-freebsd.md, jail.allow: rawSockets; needs B.3: every podman user's ping",
    mark: 'jails',
    notFor: { ocijail: 'does not read the section' },
    config: recipe(ping, `/bin/ping -c 1 -t 5 127.0.0.1; ${sleeper}`),
    steps: [
      ...startReady(),
      output(/ 0\.0% packet loss/),
      jls('allow.raw_sockets ip4', 'allow.raw_sockets ip4=inherit'),
      ...finish,
    ],
  }),
  defineCase({
    id: 'recipes.ping-not-allowed',
    title: 'without rawSockets the section leaves them off and ping is refused',
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
    title: 'chflags recipe: the jail has allow.chflags',
    stands: 'jail(8): allow.chflags; issue 3, recipes: "chflags, checked in the right way"',
    mark: 'jails',
    config: recipe(chflags, sleeper),
    steps: [...startReady(), jls('allow.chflags securelevel', 'allow.chflags securelevel=-1'), ...finish],
  }),
  defineCase({
    id: 'recipes.chflags-taken-away',
    title: 'allow.chflags=false takes away what ocijail gives without being asked',
    stands: 'design, Jail parameters: "An annotation overrides"; without a section allow.chflags is on',
    mark: 'jailwright',
    config: { ...recipe(chflags, sleeper), annotations: { 'org.freebsd.jail.allow.chflags': 'false' } },
    steps: [...startReady(), jls('allow.chflags', 'allow.nochflags'), ...finish],
  }),
  defineCase({
    id: 'recipes.linux-image',
    title: 'Linux recipe: linprocfs, linsysfs, fdescfs with links, /dev/shm, and the kernel release',
    stands: 'issue 3, recipe Linux; podman-freebsd/bundles/linuximage.json; needs A.8',
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
    stands: 'jail.md 2: linux.osrelease must look like N.N.N (sys/compat/linux/linux_mib.c)',
    mark: 'jailwright',
    needs: ['linux'],
    config: { ...recipe(linux, 'exit 0'), annotations: { 'org.freebsd.jail.linux.osrelease': 'five' } },
    steps: [create({ fails: /linux\.osrelease/ }), gone()],
  }),
  defineCase({
    id: 'recipes.linux-image-nothing-else',
    title: 'Linux recipe: the deny-all of podman changes nothing, and no device of the host is seen',
    stands:
      'podman-freebsd/README: linux.resources.devices denies everything while devfs says what may be seen',
    mark: 'jailwright',
    needs: ['linux'],
    config: recipe(
      linux,
      'for n in null zero random mem io pci bpf; do if test -e /dev/$n; then echo $n yes; else echo $n no; fi; done',
    ),
    steps: lifeCycle('null yes\nzero yes\nrandom yes\nmem no\nio no\npci no\nbpf no'),
  }),
]
