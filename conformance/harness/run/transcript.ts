/** The commands of a case and their answers, for the result file and the report. */
import type { CommandAnswer } from './command.ts'

/** One command of a case; `$CASE` stands for the directory of the case. */
export interface RecordedCommand {
  words: string[]
  /** Exit status; `null` when a signal ended it. */
  status: number | null
  /** Why there is no status: the signal, or that the harness killed the command for taking too long. */
  ended?: string
  stdout: string
  stderr: string
  /** The runtime's `--log` file. */
  log?: string
  milliseconds: number
  /** How many times in a row the command gave the same answer (polling), where more than once. */
  times?: number
}

/** Longest text that is kept of one stream, in characters. */
export const longestText = 4000

/** The beginning of a long text, and how much is left out. */
function shortened(text: string): string {
  if (text.length <= longestText) return text
  return `${text.slice(0, longestText)}\n[${text.length - longestText} more characters]`
}

function sameAnswer(one: RecordedCommand, other: RecordedCommand): boolean {
  const essence = ({ words, status, ended, stdout, stderr, log }: RecordedCommand) =>
    JSON.stringify([words, status, ended, stdout, stderr, log])
  return essence(one) === essence(other)
}

/** Collects the commands of one case, until the tidying up begins. */
export class Transcript {
  private readonly commands: RecordedCommand[] = []
  private open = true
  private readonly shown: (text: string) => string

  /** @param directory of the case, shown as `$CASE` so that the results of two runs differ less */
  constructor(directory: string) {
    this.shown = text => shortened(text.replaceAll(directory, '$CASE'))
  }

  /** Ends the recording: later commands are no part of the case. */
  close(): void {
    this.open = false
  }

  /** Adds a command with its answer; the same command with the same answer only raises the count. */
  add(
    name: string,
    args: readonly string[],
    answer: CommandAnswer & { log?: string },
    milliseconds: number,
  ): void {
    if (!this.open) return
    const ended = answer.timedOut ? 'killed: it took too long' : (answer.signal ?? answer.notStarted)
    const command: RecordedCommand = {
      words: [name, ...args].map(this.shown),
      status: ended === undefined ? answer.status : null,
      ...(ended === undefined ? {} : { ended: this.shown(ended) }),
      stdout: this.shown(answer.stdout),
      stderr: this.shown(answer.stderr),
      ...(answer.log ? { log: this.shown(answer.log) } : {}),
      milliseconds,
    }
    const last = this.commands.at(-1)
    if (last === undefined || !sameAnswer(last, command)) {
      this.commands.push(command)
      return
    }
    last.times = (last.times ?? 1) + 1
    last.milliseconds += milliseconds
  }

  /** The commands in the order in which they ended. */
  list(): RecordedCommand[] {
    return this.commands
  }

  /** A text of the case as it is shown: shortened, its directory as `$CASE`. */
  text(text: string): string {
    return this.shown(text)
  }
}
