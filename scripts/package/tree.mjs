/** The directory from which install.sh installs, and the archive of that directory. */
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { tarOf, xz } from './archive.mjs'
import { facts, projectText, version } from './facts.mjs'

/** Gives the contents of the directory: the files below the prefix, the list that install.sh reads, and install.sh. */
function contents(files, machine) {
  const lines = files.map(({ path, mode }) => `0${mode.toString(8)} ${path}\n`)
  const list = `# ${facts.name} ${version} FreeBSD ${machine}\n${lines.join('')}`
  return [
    { path: 'files', mode: 0o644, data: Buffer.from(list) },
    { path: 'install.sh', mode: 0o755, data: Buffer.from(projectText('install.sh')) },
    ...files,
  ]
}

/** Gives the bytes of the archive; all its members are below a directory with the archive's name. */
export async function treeArchive({ files, machine, name, time }) {
  const members = contents(files, machine).map(file => ({ ...file, path: `${name}/${file.path}` }))
  return xz(await tarOf(members, time))
}

/** Writes the directory, which it empties first. */
export function writeTree({ files, machine, directory }) {
  rmSync(directory, { recursive: true, force: true })
  for (const file of contents(files, machine)) {
    const place = path.join(directory, file.path)
    mkdirSync(path.dirname(place), { recursive: true })
    writeFileSync(place, file.data)
    chmodSync(place, file.mode)
  }
}
