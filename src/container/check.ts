/** `check`: what an administrator needs to know of a host before its first container. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from '../cli/findings.ts'
import type { Context } from './context.ts'
import { list } from './list.ts'

/** Modules: what they are for, and whether containers cannot do without. */
const MODULES: readonly [name: string, purpose: string, needed: boolean][] = [
  ['nullfs', 'bind mounts and read-only roots', true],
  ['fdescfs', '/dev/fd', true],
  ['tmpfs', 'tmpfs mounts', true],
  ['if_epair', 'networks of vnet jails', false],
  ['if_bridge', 'networks of vnet jails', false],
  ['linux64', 'Linux images', false],
  ['linprocfs', '/proc of Linux images', false],
  ['linsysfs', '/sys of Linux images', false],
  ['vmm', 'bhyve in a jail', false],
  ['pf', 'port forwarding and NAT by podman', false],
]

const CONTAINERS_CONF = ['/usr/local/etc/containers/containers.conf', '/etc/containers/containers.conf']

/** All findings, in the order in which a person would mend them. */
export async function check(ctx: Context): Promise<Finding[]> {
  return [
    ...checkRoot(),
    ...checkKernel(ctx),
    ...MODULES.map(([name, purpose, needed]) => checkModule(ctx, name, purpose, needed)),
    ...checkRulesets(ctx),
    ...checkForwarding(ctx),
    ...['podman', 'conmon'].map(checkProgram),
    await checkContainersConf(),
    checkStateDirectory(ctx),
    ...checkContainers(ctx),
  ]
}

function checkRoot(): Finding[] {
  if (process.getuid?.() === 0) return [{ subject: 'root', status: 'ok', message: 'running as root' }]
  return [
    {
      subject: 'root',
      status: 'missing',
      message: 'not root',
      hint: 'jails are made by root: use su or doas',
    },
  ]
}

function checkKernel(ctx: Context): Finding[] {
  const { kernel } = ctx.host
  const release = kernel.sysctl('kern.osrelease') ?? 'unknown'
  const vimage = kernel.sysctlExists('security.jail.param.vnet')
  const racct = kernel.sysctl('kern.racct.enable')
  return [
    { subject: 'kernel', status: 'ok', message: release },
    vimage
      ? { subject: 'VIMAGE', status: 'ok', message: 'vnet jails are possible' }
      : {
          subject: 'VIMAGE',
          status: 'warning',
          message: 'the kernel has no VIMAGE: no vnet jails',
          hint: 'boot a GENERIC kernel, or build one with options VIMAGE',
        },
    racct === '1'
      ? { subject: 'kern.racct.enable', status: 'ok', message: 'resource limits hold' }
      : {
          subject: 'kern.racct.enable',
          status: 'warning',
          message:
            racct === undefined ? 'the kernel has no RACCT: no resource limits' : '0: no resource limits',
          hint: 'add kern.racct.enable=1 to /boot/loader.conf and reboot',
        },
  ]
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

function checkModule(ctx: Context, name: string, purpose: string, needed: boolean): Finding {
  const loaded =
    ctx.host.run('kldstat', ['-q', '-m', name]).status === 0 ||
    ctx.host.run('kldstat', ['-q', '-n', `${name}.ko`]).status === 0
  if (loaded) return { subject: name, status: 'ok', message: `present (${purpose})` }
  if (['/boot/kernel', '/boot/modules'].some(dir => exists(join(dir, `${name}.ko`)))) {
    return {
      subject: name,
      status: 'ok',
      message: `not loaded, but loadable (${purpose})`,
      hint: `kldload ${name}, or kld_list+="${name}" in /etc/rc.conf for every boot`,
    }
  }
  return {
    subject: name,
    status: needed ? 'missing' : 'warning',
    message: `not loaded and not found in /boot/kernel (${purpose})`,
    hint: `install the kernel's modules, or build a kernel with ${name}`,
  }
}

function checkRulesets(ctx: Context): Finding[] {
  const sets = ctx.host.run('devfs', ['rule', 'showsets']).stdout.split('\n')
  const missing = ['1', '2', '3', '4', '5'].filter(set => !sets.includes(set))
  if (missing.length === 0) return [{ subject: 'devfs rulesets', status: 'ok', message: '1 to 5 are loaded' }]
  return [
    {
      subject: 'devfs rulesets',
      status: 'missing',
      message: `${missing.join(', ')} not loaded: a container's /dev would show every device`,
      hint: 'service devfs restart',
    },
  ]
}

function checkForwarding(ctx: Context): Finding[] {
  const value = ctx.host.kernel.sysctl('net.inet.ip.forwarding')
  const forwarding: Finding =
    value === '1'
      ? { subject: 'net.inet.ip.forwarding', status: 'ok', message: '1' }
      : {
          subject: 'net.inet.ip.forwarding',
          status: 'warning',
          message: `${value ?? 'unknown'}: vnet jails reach nothing beyond their bridge`,
          hint: 'sysctl net.inet.ip.forwarding=1, and gateway_enable="YES" in /etc/rc.conf',
        }
  const members = ctx.host.kernel.sysctl('net.link.bridge.pfil_member')
  if (members === undefined) return [forwarding]
  return [
    forwarding,
    {
      subject: 'net.link.bridge.pfil_member',
      status: 'ok',
      message:
        members === '0'
          ? '0: pf does not see packets between members of a bridge'
          : `${members}: pf filters members`,
    },
  ]
}

function checkProgram(name: string): Finding {
  const dirs = [...(process.env.PATH ?? '').split(':'), '/usr/local/bin'].filter(dir => dir.startsWith('/'))
  const found = dirs.map(dir => join(dir, name)).find(exists)
  if (found) return { subject: name, status: 'ok', message: found }
  return {
    subject: name,
    status: 'warning',
    message: 'not found',
    hint: `pkg install ${name === 'conmon' ? 'conmon' : 'podman-suite'}`,
  }
}

/** Whether a containers.conf names this runtime, or podman finds us as ocijail. */
async function checkContainersConf(): Promise<Finding> {
  const subject = 'containers.conf'
  const hint =
    '[engine.runtimes] jailwright = ["/usr/local/bin/jailwright"], and runtime_supports_json (see README)'
  const file = CONTAINERS_CONF.find(exists)
  if (!file) return { subject, status: 'warning', message: `none of ${CONTAINERS_CONF.join(', ')}`, hint }
  const text = readFileSync(file, 'utf8')
  const { parse } = await import('smol-toml')
  let engine: unknown
  try {
    engine = parse(text).engine
  } catch (error) {
    return {
      subject,
      status: 'warning',
      message: `${file}: ${(error as Error).message.split('\n')[0]}`,
      hint,
    }
  }
  const { runtime, runtimes, runtime_supports_json: json } = (engine ?? {}) as Record<string, unknown>
  const named = runtimes !== null && typeof runtimes === 'object' && 'jailwright' in runtimes
  if (!named) return { subject, status: 'warning', message: `${file} has no runtime "jailwright"`, hint }
  if (!Array.isArray(json) || !json.includes('jailwright')) {
    return {
      subject,
      status: 'warning',
      message: `${file}: runtime_supports_json does not name jailwright: errors reach podman without their text`,
      hint: 'runtime_supports_json = ["jailwright", ...] in [engine]',
    }
  }
  const used = runtime === 'jailwright' ? 'names us and uses us' : 'names us (use it by --runtime jailwright)'
  return { subject, status: 'ok', message: `${file} ${used}` }
}

function checkStateDirectory(ctx: Context): Finding {
  const subject = 'state directory'
  const facts = statSync(ctx.root, { throwIfNoEntry: false })
  if (!facts) return { subject, status: 'ok', message: `${ctx.root} will be made by the first container` }
  if (!facts.isDirectory()) {
    return {
      subject,
      status: 'missing',
      message: `${ctx.root} is no directory`,
      hint: 'remove it, or give --root',
    }
  }
  if (facts.uid !== 0 || (facts.mode & 0o022) !== 0) {
    return {
      subject,
      status: 'missing',
      message: `${ctx.root} can be written by others than root`,
      hint: `chown root ${ctx.root}; chmod 711 ${ctx.root}`,
    }
  }
  return { subject, status: 'ok', message: ctx.root }
}

function checkContainers(ctx: Context): Finding[] {
  return list(ctx)
    .filter(({ jid, jail }) => jid > 0 && ctx.host.kernel.jailId(jail) !== jid)
    .map(({ id }) => ({
      subject: `container ${id}`,
      status: 'warning' as const,
      message: 'its jail is gone',
      hint: `jailwright delete --force ${id}`,
    }))
}
