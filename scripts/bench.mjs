// npm run bench [-- --rounds N]: what each command costs, beside an empty program of the same engine, and a whole container
// beside runc's. On Linux inside a fresh simulated host: there the time of `create`, `delete` and `exec` holds that of
// the simulated kernel and tools. Every pair is measured in turns in one run; medians are printed, and of each
// command the 95th percentile too. Nothing is asserted.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { median, p95, timed, timedDetached } from './bench-clock.mjs'
import { compileLeast, measureLeast } from './bench-least.mjs'
import { rootCommands } from './rootfs.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const simhost = path.join(root, 'conformance/simhost/simhost.mjs')
const words = process.argv.slice(2)
const given = words.indexOf('--rounds')
const rounds = given === -1 ? 15 : Number(words[given + 1])
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds: a whole number above 0 is allowed')

/** On Linux: the empty program is compiled, a host is made, the measuring runs inside. */
async function outside(work) {
  await compileEmpty(work)
  readFromDisk([path.join(root, 'dist/jailwright'), path.join(work, 'empty'), path.join(work, 'least')])
  if (process.platform !== 'linux') return measure(work)
  const host = `bench-${process.pid}`
  const node = (...args) => spawnSync(process.execPath, args, { stdio: 'inherit', cwd: root }).status
  if (node(simhost, 'create', '--racct', host) !== 0) throw new Error('the simulated host cannot be made')
  try {
    const status = node(
      simhost,
      'exec',
      host,
      '--',
      process.execPath,
      fileURLToPath(import.meta.url),
      ...words,
      '--inside',
      work,
    )
    if (status !== 0) throw new Error(`the measuring ended with ${status}`)
  } finally {
    node(simhost, 'destroy', host)
  }
}

/** A program that does nothing, for both engines; the executable is made with the flags of the real one. */
async function compileEmpty(work) {
  writeFileSync(path.join(work, 'empty.mjs'), '')
  const { compile } = await import('./bundle.mjs')
  try {
    await compile(path.join(work, 'empty.mjs'), path.join(work, 'empty'))
    await compileLeast(path.join(work, 'least'))
  } catch (error) {
    console.error(`bench: the executable is not measured: ${error.message.split('\n')[0]}`)
  }
}

/**
 * Both executables as they are on a machine that has been started since they were installed: read from the disk. What a
 * compiler has just written lies in the page cache in other pieces, of which Linux maps more at each fault: some MiB more
 * are resident, by chance in one of the two only.
 */
function readFromDisk(files) {
  if (process.platform !== 'linux') return
  for (const file of files.filter(one => existsSync(one)))
    spawnSync('dd', [`of=${file}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0'], { stdio: 'ignore' })
}

const pause = ms => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

function waitForEnd(pid) {
  for (let n = 0; n < 5000; n++) {
    try {
      process.kill(pid, 0)
      // Not reaped yet: whoever adopted it is slower than we are.
      if (process.platform === 'linux' && / Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))) return
    } catch {
      return
    }
    pause(2)
  }
  throw new Error(`process ${pid} does not end`)
}

/** A bundle below `work` whose program is `args`, as podman writes it for FreeBSD. */
function bundle(work, name, rootfs, args, linux = false) {
  const dir = path.join(work, name)
  mkdirSync(dir, { recursive: true })
  const devfs = { destination: '/dev', type: 'devfs', source: 'devfs', options: ['ruleset=4'] }
  const forLinux = {
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['mode=755', 'size=65536k'] },
    ],
    linux: { namespaces: ['pid', 'ipc', 'uts', 'mount', 'network'].map(type => ({ type })) },
  }
  const config = {
    ociVersion: '1.0.2',
    process: { args, cwd: '/', env: ['PATH=/bin'], user: { uid: 0, gid: 0 } },
    root: { path: rootfs },
    hostname: 'bench',
    ...(linux ? forLinux : { mounts: [devfs] }),
  }
  writeFileSync(path.join(dir, 'config.json'), JSON.stringify(config))
  return dir
}

/**
 * Largest resident set of a command in MiB; undefined where it cannot be told. Everything goes through a file: the init
 * process of a container keeps the standard streams of `create`.
 */
function residentSet(argv, work) {
  const file = path.join(work, 'rss')
  const { command, pattern } = watcher(file)
  if (command === undefined) return undefined
  spawnSync(command[0], [...command.slice(1), ...argv], { stdio: 'ignore' })
  const kilobytes = existsSync(file) ? pattern.exec(readFileSync(file, 'utf8'))?.[1] : undefined
  rmSync(file, { force: true })
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024
}

/** A small program that runs another one and writes its resident set to a file. */
function watcher(file) {
  if (process.platform === 'freebsd')
    return { command: ['/usr/bin/time', '-l', '-o', file], pattern: /(\d+)\s+maximum resident set size/ }
  const getrusage = { x64: 98, arm64: 165 }[process.arch]
  // getrusage(RUSAGE_CHILDREN) of a small parent: a process begins with the size of the one that made it.
  const script = `my $file = shift; my $b = "\\0" x 256; system { $ARGV[0] } @ARGV; syscall(${getrusage}, -1, $b);
    open(my $out, ">", $file); print $out unpack("x32 q", $b), "\\n"`
  const command = getrusage === undefined ? undefined : ['perl', '-e', script, file]
  return { command, pattern: /(\d+)/ }
}

/** What a command asked of the host: from the file that JAILWRIGHT_TRACE names. */
function readTrace(file) {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').filter(Boolean) : []
  rmSync(file, { force: true })
  const seen = lines.map(line => JSON.parse(line))
  const of = kind => seen.filter(line => line.kind === kind)
  const sum = list => list.reduce((total, line) => total + (line.ms ?? 0), 0)
  return {
    tools: of('tool').length,
    kernel: of('kernel').length,
    process: of('process').length,
    toolTime: sum(of('tool')),
    kernelTime: sum(of('kernel')),
  }
}

const COMMANDS = ['--version', 'create', 'state', 'start', 'list', 'exec', 'kill', 'delete']

/** One life of a container; `each` gets the name and arguments of every command in it. */
function life(program, state, id, dir, pidFile, each) {
  const at = (...args) => [...program, '--root', state, ...args]
  each('--version', at('--version'))
  each('create', at('create', '--bundle', dir, '--pid-file', pidFile, id))
  each('state', at('state', id))
  each('start', at('start', id))
  each('list', at('list'))
  each('exec', at('exec', id, '/bin/true'))
  each('kill', at('kill', id, 'KILL'))
  waitForEnd(Number(readFileSync(pidFile, 'utf8')))
  each('delete', at('delete', id))
}

function measureEngine({ name, program, empty }, work, sleeping) {
  const state = path.join(work, `state-${name.length}`)
  const pidFile = path.join(work, 'pid')
  const trace = path.join(work, 'trace')
  const times = Object.fromEntries(COMMANDS.map(command => [command, { own: [], empty: [], traces: [] }]))
  for (let round = -1; round < rounds; round++) {
    // A round without trace for the clock, with the empty program before each command.
    life(program, state, `bench-${round + 1}`, sleeping, pidFile, (command, argv) => {
      // In the same way, or the difference of the ways is measured too.
      const nothing = timedDetached(empty)
      const own = timedDetached(argv)
      if (round < 0) return // The first one fills the caches.
      times[command].empty.push(nothing)
      times[command].own.push(own)
    })
    // And one with it for what was asked of the host.
    life(program, state, `bench-t${round + 1}`, sleeping, pidFile, (command, argv) => {
      timedDetached(argv, { JAILWRIGHT_TRACE: trace })
      times[command].traces.push(readTrace(trace))
    })
  }
  return times
}

const ms = value => value.toFixed(1).padStart(8)

function printEngine(name, times, resident) {
  console.log(
    `\n${name}: milliseconds, medians of ${rounds}, p95 of "took"; "empty" is an empty program of the same engine`,
  )
  console.log(
    'command     took     p95   empty   ratio   tools in ms  kernel in ms  without both: ms  ratio  process calls   RSS MiB',
  )
  for (const command of COMMANDS) {
    const { own, empty, traces } = times[command]
    const [took, nothing] = [median(own), median(empty)]
    const of = key => median(traces.map(each => each[key]))
    const rest = took - of('toolTime') - of('kernelTime')
    const cells = [
      command.padEnd(9),
      ms(took).slice(1),
      ms(p95(own)).slice(1),
      ms(nothing).slice(1),
      (took / nothing).toFixed(2).padStart(7),
      `${of('tools')}`.padStart(6),
      ms(of('toolTime')).slice(1),
      `${of('kernel')}`.padStart(5),
      ms(of('kernelTime')),
      ms(rest).padStart(15),
      (rest / nothing).toFixed(2).padStart(7),
      `${of('process')}`.padStart(10),
      (resident[command]?.toFixed(0) ?? '-').padStart(12),
    ]
    console.log(cells.join(' '))
  }
  console.log(`empty program: ${resident.empty?.toFixed(0) ?? '-'} MiB resident`)
}

/** Resident sets, once each, in one further life. */
function residents({ name, program, empty }, work, sleeping) {
  const found = { empty: residentSet(empty, work) }
  life(
    program,
    path.join(work, `state-${name.length}`),
    'bench-rss',
    sleeping,
    path.join(work, 'pid'),
    (command, argv) => {
      found[command] = residentSet(argv, work)
    },
  )
  return found
}

/** create + start + delete of /bin/true, in turns with runc; on FreeBSD with ocijail, where it is installed. */
function measureTrue(engines, work, rootfs) {
  const runtimes = engines.map(({ name, program }) => ({
    name,
    program,
    dir: bundle(work, 'true', rootfs, ['/bin/true']),
  }))
  const linux = process.platform === 'linux'
  const other = linux ? 'runc' : 'ocijail'
  const places = linux ? ['/usr/sbin', '/usr/bin'] : ['/usr/local/bin']
  const file = places.map(place => path.join(place, other)).find(one => existsSync(one))
  if (file === undefined) console.log(`\n${other} is not here: skipped`)
  else
    runtimes.push({
      name: other,
      program: [file],
      dir: bundle(work, 'true-other', rootfs, ['/bin/true'], linux),
    })
  const times = Object.fromEntries(runtimes.map(({ name }) => [name, []]))
  for (let round = -1; round < rounds; round++) {
    for (const runtime of runtimes) {
      const { name, program, dir } = runtime
      const at = (...args) => [
        ...program,
        '--root',
        path.join(work, `true-state-${runtimes.indexOf(runtime)}`),
        ...args,
      ]
      const id = `true-${runtimes.indexOf(runtime)}-${round + 1}`
      const pidFile = path.join(work, 'pid')
      let took = timedDetached(at('create', '--bundle', dir, '--pid-file', pidFile, id))
      took += timedDetached(at('start', id))
      waitForEnd(Number(readFileSync(pidFile, 'utf8')))
      took += timedDetached(at('delete', id))
      if (round >= 0) times[name].push(took)
    }
  }
  console.log('\ncreate + start + delete of /bin/true, milliseconds, medians')
  const base = times[other] === undefined ? undefined : median(times[other])
  for (const { name } of runtimes) {
    const took = median(times[name])
    console.log(
      `${name.padEnd(20)} ${ms(took)}${base === undefined ? '' : `   ${(took / base).toFixed(2)} x ${other}`}`,
    )
  }
}

const MANY = 1000

/** `list` with a thousand containers, whose state files stand there with processes that are there no more. */
function measureList(engines, work) {
  const state = path.join(work, 'many')
  for (let n = 0; n < MANY; n++) {
    const id = `many-${n}`
    const dir = path.join(state, id)
    mkdirSync(dir, { recursive: true, mode: 0o711 })
    const fields = { ociVersion: '1.3.0', status: 'running', paused: false, bundle: `/containers/${id}` }
    const more = { rootfs: `/containers/${id}/rootfs`, jailName: id, created: '2026-01-01T00:00:00.000Z' }
    const first = { jid: n + 1, pid: process.pid, pidStart: 'another', id, boot: '', annotations: {} }
    writeFileSync(path.join(dir, 'state.json'), JSON.stringify({ ...first, ...fields, ...more }))
  }
  console.log(
    `\nlist with ${MANY} containers, milliseconds, medians; "empty" is an empty program of the same engine`,
  )
  for (const { name, program, empty } of engines) {
    const once = (...args) => timed([...program, '--root', state, 'list', ...args])
    once() // The first one fills the caches.
    const rows = Array.from({ length: rounds }, () => [timed(empty), once('-q'), once(), once('-f', 'json')])
    const [nothing, ids, table, json] = [0, 1, 2, 3].map(column => ms(median(rows.map(row => row[column]))))
    console.log(`${name.padEnd(20)} empty${nothing}   list -q${ids}   list${table}   list -f json${json}`)
  }
}

function measure(work) {
  const rootfs = path.join(work, 'rootfs')
  if (process.platform === 'freebsd') {
    for (const command of rootCommands(rootfs, ['sh', 'sleep', 'true'])) timed(command)
  } else timed([process.execPath, simhost, 'makeroot', rootfs])
  for (const name of ['true', 'sleep'])
    if (!existsSync(path.join(rootfs, 'bin', name)))
      timed(['ln', '-s', `../usr/bin/${name}`, path.join(rootfs, 'bin', name)])
  const sleeping = bundle(work, 'sleep', rootfs, ['/bin/sleep', '1000'])
  const engines = [
    {
      name: 'executable (Bun)',
      program: [path.join(root, 'dist/jailwright')],
      empty: [path.join(work, 'empty')],
    },
    {
      name: 'bundle (Node)',
      program: [process.execPath, path.join(root, 'bin/jailwright')],
      empty: [process.execPath, path.join(work, 'empty.mjs')],
    },
  ].filter(({ program, empty }) => existsSync(program.at(-1)) && existsSync(empty.at(-1)))
  console.log(
    `${os.cpus().length} x ${os.cpus()[0]?.model ?? 'cpu'}, ${os.type()} ${os.release()}, node ${process.version}`,
  )
  if (process.platform === 'linux')
    console.log(
      'On the simulated host: "tools" and "kernel" are simulated, they tell nothing of FreeBSD\'s own.',
    )
  try {
    for (const engine of engines)
      printEngine(engine.name, measureEngine(engine, work, sleeping), residents(engine, work, sleeping))
    measureLeast(work, rounds)
    measureTrue(engines, work, rootfs)
  } finally {
    removeContainers(work, engines)
  }
  measureList(engines, work)
}

/** What a benchmark that failed half-way has left: its mounts would be in the way of removing `work`. */
function removeContainers(work, engines) {
  for (const name of readdirSync(work).filter(one => /^(true-)?state-/.test(one))) {
    const state = path.join(work, name)
    for (const { program } of engines) {
      const call = (...args) =>
        spawnSync(program[0], [...program.slice(1), '--root', state, ...args], { encoding: 'utf8' })
      for (const id of (call('list', '-q').stdout ?? '').split('\n').filter(Boolean))
        call('delete', '--force', id)
    }
  }
}

const inside = words.indexOf('--inside')
if (process.getuid() !== 0) {
  console.error('bench: containers need root')
  process.exitCode = 1
} else if (inside !== -1) measure(words[inside + 1])
else {
  const work = mkdtempSync(path.join(os.tmpdir(), 'jailwright-bench-'))
  try {
    await outside(work)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
