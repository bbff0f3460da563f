/** Entries of a config.json that several groups of cases write. */
import type { Json, JsonObject } from './types.ts'

/** A directory or file of the case directory, mounted in the container. */
export function bind(source: string, destination: string, ...options: string[]): Json {
  return { destination, type: '%{bind}', source: `%{dir}/${source}`, options: ['rbind', ...options] }
}

/** A hook that runs a shell script on the host; args[0] is argv[0], as the specification says. */
export function hook(script: string, more: JsonObject = {}): Json {
  return { path: '/bin/sh', args: ['sh', '-c', script], ...more }
}
