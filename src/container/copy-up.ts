/**
 * tmpcopyup: the directory that a tmpfs covers is copied into it. The covered directory is reached only through the
 * descriptor that was taken before mounting, and no link in it is followed.
 */
import {
  chmodSync,
  chownSync,
  copyFileSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import type { BeneathTarget, Host } from '../host/types.ts'
import type { CopyUpOptions } from './mount-step.ts'

/**
 * Copies the covered directory's contents (owner, mode, links as links; sockets, FIFOs and devices are left out, as a
 * tmpfs has no use for them) into the mount at `target.path`, and gives its root the covered directory's owner and
 * mode unless the options say otherwise.
 */
export function copyTree(host: Host, target: BeneathTarget, options: CopyUpOptions): void {
  host.process.fchdir(target.fd)
  try {
    const top = lstatSync('.')
    copyEntries('.', target.path)
    chownSync(target.path, options.uid ?? top.uid, options.gid ?? top.gid)
    chmodSync(target.path, options.mode ?? top.mode & 0o7777)
  } finally {
    process.chdir('/')
  }
}

function copyEntries(from: string, to: string): void {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name)
    const copy = join(to, entry.name)
    const facts = lstatSync(source)
    if (entry.isSymbolicLink()) {
      symlinkSync(readlinkSync(source), copy)
      lchownSync(copy, facts.uid, facts.gid)
      continue
    }
    if (entry.isDirectory()) {
      mkdirSync(copy)
      copyEntries(source, copy)
    } else if (entry.isFile()) {
      copyFileSync(source, copy)
    } else {
      continue
    }
    chownSync(copy, facts.uid, facts.gid)
    chmodSync(copy, facts.mode & 0o7777)
  }
}
