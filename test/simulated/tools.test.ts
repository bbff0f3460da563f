/** Which tools of the host the commands run that podman gives: none, or those for networks that jailwright makes itself. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { destroyHost, freshHost, makeRoot, onHost, simulationPossible } from './host.ts'
import { networked, recordedBundles, type Shape, shapes } from './podman-shapes.ts'

const runtime = fileURLToPath(new URL('../../dist/jailwright', import.meta.url))
const host = freshHost('tools', { racct: true })
const work = mkdtempSync(join(tmpdir(), 'tools-'))
const root = join(work, 'root')
const socket = join(work, 'console')
const COMMANDS = ['create', 'start', 'exec', 'kill', 'delete'] as const

const recorded = recordedBundles()
if (Object.keys(recorded).length === 0)
  console.log("podman's recorded bundles are not here: only our own run")
const alone = Object.entries({ ...shapes, ...recorded })
const bridged = Object.entries(networked)

/** The directory of each bundle by its name; the directory's name is the container's, too. */
const directories = new Map<string, string>()

/** A file of podman's, and no directory. */
const isFile = (path: string) =>
  /^(\.containerenv|hosts|resolv\.conf|catatonit|file|s\d+)$/.test(basename(path))

/** Writes the bundle with root, sources and program in place; limits cannot be raised above the machine's own. */
function writeBundle(name: string, config: Shape): void {
  const id = `c${directories.size}`
  const directory = join(work, id)
  mkdirSync(directory)
  directories.set(name, directory)
  const mounts = config.mounts.map((mount, index) => {
    if (mount.type !== 'nullfs') return mount
    const source = join(directory, `source${index}`)
    if (isFile(mount.source)) writeFileSync(source, '')
    else mkdirSync(source)
    return { ...mount, source }
  })
  const { terminal = false, rlimits = [], ...process } = config.process
  const within = (limit: number) => Math.min(limit, 256)
  const text = JSON.stringify({
    ...config,
    process: {
      ...process,
      ...(terminal ? { terminal } : {}),
      rlimits: rlimits.map(({ type, soft, hard }) => ({ type, soft: within(soft), hard: within(hard) })),
      args: ['/bin/sleep', '1000'],
    },
    root: { ...config.root, path: root },
    mounts,
  })
  writeFileSync(join(directory, 'config.json'), text)
  if (terminal) writeFileSync(join(directory, 'console'), '')
}

/** Each command of each container, with a record of what it did in its bundle. */
const script = `
runtime=$1 work=$2
ifconfig bridge9 create
for bundle in "$work"/c[0-9]*; do
  id=\${bundle##*/}
  traced() { JAILWRIGHT_TRACE=$bundle/$1 "$runtime" "$@" </dev/null >>"$bundle/output" 2>&1; }
  console=
  if [ -e "$bundle/console" ]; then console="--console-socket $work/console"; fi
  traced create --bundle "$bundle" $console "$id" &&
  traced start "$id" &&
  traced exec "$id" /bin/echo hi &&
  traced kill "$id" KILL &&
  until "$runtime" state "$id" | grep -q stopped; do sleep 0.1; done &&
  traced delete "$id"
done
`

/** Tools that a command of a container has run, each once; the test fails where the command has left no record. */
function tools(directory: string, command: string): string[] {
  const record = join(directory, command)
  if (!existsSync(record)) throw new Error(readFileSync(join(directory, 'output'), 'utf8'))
  const lines = readFileSync(record, 'utf8').trim().split('\n')
  const found = lines
    .map(line => JSON.parse(line) as { kind: string; tool?: string })
    .flatMap(({ kind, tool }) => (kind === 'tool' && tool !== undefined ? [tool] : []))
  return [...new Set(found)].sort()
}

describe.runIf(simulationPossible())('the commands that podman gives', () => {
  let terminals: Server
  beforeAll(async () => {
    makeRoot(host, root)
    for (const [name, config] of [...alone, ...bridged]) writeBundle(name, config)
    // Nobody takes the terminals out: they stay open on their way.
    await new Promise<void>(done => {
      terminals = createServer().listen(socket, done)
    })
    onHost(host, ['/bin/sh', '-c', script, 'sh', runtime, work], 600_000)
  }, 600_000)
  afterAll(() => {
    terminals?.close()
    destroyHost(host)
    rmSync(work, { recursive: true, force: true })
  })

  it.each(alone)('the commands that podman gives run no tool of the host for a bundle: %s', name => {
    const directory = directories.get(name)!
    expect(COMMANDS.map(command => [command, tools(directory, command)])).toEqual(
      COMMANDS.map(command => [command, []]),
    )
    expect(readFileSync(join(directory, 'output'), 'utf8')).toMatch(/^hi$/m)
  })

  it.each(bridged)(
    'the commands that podman gives run only ifconfig(8) and route(8) for a bundle with an %s',
    name => {
      const directory = directories.get(name)!
      const ran = [...new Set(COMMANDS.flatMap(command => tools(directory, command)))]
      expect(ran).toContain('ifconfig')
      expect(['ifconfig', 'route']).toEqual(expect.arrayContaining(ran))
      expect(tools(directory, 'kill')).toEqual([])
      expect(readFileSync(join(directory, 'output'), 'utf8')).toMatch(/^hi$/m)
    },
  )
})
