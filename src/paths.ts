/** The POSIX functions of node:path, from the npm package path-browserify, which needs no built-in module of an engine. */
import path from 'path-browserify'
import { currentDirectory } from './host/files.ts'

/** node:path's functions of these names. */
export const { basename, dirname, join } = path

/** Gives the relative path that leads from one path to another. */
export function relative(from: string, to: string): string {
  return path.relative(resolve(from), resolve(to))
}

/**
 * Gives an absolute path. The last absolute path of the list counts with those after it; without one, the current directory
 * does.
 */
export function resolve(...paths: readonly string[]): string {
  let whole = ''
  for (let at = paths.length - 1; at >= 0 && !whole.startsWith('/'); at--)
    if (paths[at] !== '') whole = whole === '' ? paths[at]! : `${paths[at]}/${whole}`
  if (!whole.startsWith('/')) whole = `${currentDirectory()}/${whole}`
  return path.resolve(whole)
}
