/**
 * Entry of the program, called by bin/jailwright and by the compiled executable. The first process of a container takes
 * its own way before anything else is loaded.
 */
const argv = process.argv.slice(2)

if (argv[0] === 'init') {
  const { initMain } = await import('./container/init.ts')
  process.exit(await initMain(argv.slice(1)))
} else {
  const { cli } = await import('./cli/cli.ts')
  // Not exitCode: an open handle (a socket, a child's pipe) must not keep a finished command alive.
  process.exit(await cli(argv))
}
