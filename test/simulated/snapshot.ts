/**
 * Lists of what a container could leave behind on the host, as lines that can be compared. They are made inside a simulated
 * host.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Gives the standard output of a tool of the host. */
export function tool(name: string, ...args: string[]): string {
  return spawnSync(name, args, { encoding: 'utf8' }).stdout
}

/**
 * Gives a line for each object of the kernel: mounts, jails, interfaces, members of bridges, addresses, rulesets, limits,
 * processes.
 */
export function hostLines(): string[] {
  const bridges = tool('ifconfig', '-g', 'bridge').split('\n').filter(Boolean)
  return [
    ...mountLines(),
    ...tool('ifconfig', '-l')
      .trim()
      .split(' ')
      .sort()
      .map(name => `interface ${name}`),
    ...bridges.flatMap(name =>
      (tool('ifconfig', name).match(/member: \S+/g) ?? []).map(member => `${name} ${member}`),
    ),
    ...(tool('ifconfig').match(/inet6? \S+/g) ?? []).filter(line => !line.includes('fe80:')),
    ...(JSON.parse(tool('simhost-call', 'devfsRulesets')) as number[]).map(number => `ruleset ${number}`),
    ...(JSON.parse(tool('simhost-call', 'rctlRules', '"::"')) as string)
      .split(',')
      .map(rule => `rctl ${rule}`),
    ...(tool('ps', '-axo', 'command').match(/jailwright.*init|sleep 100\b/g) ?? []).map(
      name => `process ${name}`,
    ),
  ]
}

/** Gives the lines of mounts and jails only, for which it runs two tools instead of eight. */
export function mountLines(): string[] {
  return [
    ...tool('mount', '-v')
      .replaceAll(/(reads|writes|vnodes): [^)]*/g, '')
      .split('\n'),
    ...tool('jls', 'name', 'path', 'children.max')
      .split('\n')
      .map(jail => `jail ${jail}`),
  ]
}

/**
 * Gives a line for each file of a tree, with its kind, mode, owner, number of links, and the contents of a small file or a
 * link. A name that is not UTF-8 is given byte by byte. Entries with a name in `skip` are left out.
 */
export function treeLines(directory: string, skip: readonly string[] = []): string[] {
  const lines: string[] = []
  const waiting = [Buffer.from(directory)]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const facts = lstatSync(path)
    const kind = (facts.mode & 0o170000).toString(8)
    const isFile = facts.isFile()
    const held = facts.isSymbolicLink()
      ? readlinkSync(path)
      : isFile && facts.size < 65_536
        ? createHash('sha1').update(readFileSync(path)).digest('hex')
        : ''
    const links = facts.isDirectory() ? '' : facts.nlink
    const mode = (facts.mode & 0o7777).toString(8)
    lines.push(`${path.toString('latin1')} ${kind} ${mode} ${facts.uid}:${facts.gid} ${links} ${held}`)
    if (!facts.isDirectory()) continue
    for (const name of readdirSync(path, { encoding: 'buffer' }))
      if (!skip.includes(name.toString())) waiting.push(Buffer.concat([path, Buffer.from('/'), name]))
  }
  return lines.sort()
}

/**
 * Gives the lines that only one of the two lists has, as one text of at most 800 characters; an empty text when the lists are
 * equal.
 */
export function difference(before: readonly string[], after: readonly string[]): string {
  const old = new Set(before)
  const now = new Set(after)
  const text = [
    ...after.filter(line => !old.has(line)).map(line => `+ ${line}`),
    ...before.filter(line => !now.has(line)).map(line => `- ${line}`),
  ].join('\n')
  return text.slice(0, 800)
}
