/**
 * Entry of the program, called by bin/jailwright and by the compiled executable. The command line is in the first file
 * that is loaded (one file more is a tenth of the start); init, whose start overlaps the mounts, loads its own.
 */
import { cli } from './cli/cli.ts'

const argv = process.argv.slice(2)

if (argv[0] === 'init') {
  const { initMain } = await import('./container/init.ts')
  process.exit(await initMain(argv.slice(1)))
} else {
  // Not exitCode: an open handle (a socket, a child's pipe) must not keep a finished command alive.
  process.exit(await cli(argv))
}
