/**
 * What is done in a simulated host between two restarts; FAULTS_SETTING and FAULTS_STEP tell it as JSON. Clears away
 * what the container of before the restart has left, brings the next one to its point and kills the command there. Prints
 * the faults as one line of JSON; for the step `points`, the points.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { difference } from '../../simulated/snapshot.ts'
import { existing, ID, makeEverything, makeSurroundings } from '../everything.ts'
import { type Setting, workplace } from '../group.ts'
import { Runtime } from '../runtime.ts'
import { commandsOf } from './commands.ts'
import { clearAndCompare, killAt, type Point, pointsOf, statusOf, told, type Victim } from './points.ts'
import type { Between, Way } from './reboots.ts'

/** The runtime's own directories: that of /var/run is emptied at boot, and the record beside it is not. */
const STATE = '/var/run/jailwright'
const RECORDS = '/var/db/jailwright'

/** The snapshots that are compared, as of a host with nothing but what the container needs of it. */
interface Clean {
  all: string[]
  files: string[]
}

const setting = JSON.parse(process.env.FAULTS_SETTING ?? '') as Omit<Setting, 'random'>
const step = JSON.parse(process.env.FAULTS_STEP ?? '') as 'points' | Between
const { work } = setting
const cleanFile = join(work, 'clean.json')

function victimIn(): Victim {
  const everything = existing(work)
  return {
    runtime: new Runtime(setting.runtime, STATE, work),
    program: setting.runtime,
    id: ID,
    commands: commandsOf(everything),
    scratch: work,
    look: () => everything.look(STATE, RECORDS),
  }
}

function prepare(): Point[] {
  workplace({ ...setting, random: undefined as never })
  makeEverything(work)
  const victim = victimIn()
  const points = pointsOf(victim)
  const clean: Clean = { all: victim.look(), files: existing(work).lookAtFiles() }
  writeFileSync(cleanFile, JSON.stringify(clean))
  return points
}

/** `list` and `check` tell what is left, and change nothing. */
function tellsWhatIsLeft(victim: Victim, clean: Clean): string[] {
  const before = victim.look()
  const lost = difference(clean.files, existing(work).lookAtFiles())
  const faults: string[] = []
  for (const command of ['list', 'check']) {
    const { status, stdout, stderr } = spawnSync(victim.program, ['--root', victim.runtime.root, command], {
      encoding: 'utf8',
    })
    const said = `${stdout}${stderr}`
    if (command === 'list' && status !== 0) faults.push(`list ended with ${status}: ${said}`)
    if (lost !== '' && !said.includes(`container ${ID}`))
      faults.push(`${command} does not tell of\n${lost}\nbut says: ${said}`)
  }
  const changed = difference(before, victim.look())
  return changed === '' ? faults : [...faults, `list or check has changed\n${changed}`]
}

function clear(victim: Victim, { by, emptied }: Way): string[] {
  const clean = JSON.parse(readFileSync(cleanFile, 'utf8')) as Clean
  if (emptied) rmSync(STATE, { recursive: true })
  const faults = tellsWhatIsLeft(victim, clean)
  if (by === 'create') {
    makeSurroundings()
    const { status, signal, text } = victim.runtime.run(victim.commands[0]!.args)
    const now = statusOf(victim)
    if (status !== 0 || now !== 'created')
      faults.push(`create gave ${signal ?? status}, the container is ${now}: ${text}`)
  } else {
    const { status, signal, text } = victim.runtime.run(['delete', '--force', ID])
    if (status !== 0) faults.push(`delete --force gave ${signal ?? status}: ${text}`)
    makeSurroundings()
  }
  return [...faults, ...clearAndCompare(victim, clean.all)].map(
    fault => `cleared by ${by}${emptied ? ', /var/run empty' : ''}: ${fault}`,
  )
}

function between({ clear: last, kill }: Between): string[] {
  const victim = victimIn()
  const faults = last ? clear(victim, last.way).map(fault => `restart, ${told(last.point)}: ${fault}`) : []
  if (kill) faults.push(...killAt(victim, kill).map(fault => `${told(kill)}: ${fault}`))
  return faults
}

console.log(JSON.stringify(step === 'points' ? prepare() : between(step)))
