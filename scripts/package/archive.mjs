/** Making tar archives whose bytes depend only on their files, and compressing them with xz(1). */
import { execFileSync } from 'node:child_process'
import { buffer } from 'node:stream/consumers'
import { pack } from 'tar-stream'

/**
 * Gives the bytes of a tar archive of files `{ path, mode, data }` in the given order. The headers are ustar's; all files have
 * the owner root, the group wheel and the same time, in seconds since 1970.
 */
export async function tarOf(files, time) {
  const archive = pack()
  for (const { path, mode, data } of files) {
    archive.entry(
      {
        name: path,
        mode,
        type: 'file',
        uid: 0,
        gid: 0,
        uname: 'root',
        gname: 'wheel',
        mtime: new Date(time * 1000),
      },
      data,
    )
  }
  archive.finalize()
  return buffer(archive)
}

/**
 * Compresses bytes with xz(1), which the base systems of Debian and FreeBSD have. It uses one thread, because with more of them
 * the result depends on the number of processors. Throws when the tool is missing or fails.
 */
export function xz(bytes) {
  try {
    return execFileSync('xz', ['--compress', '--stdout', '-6', '--threads=1', '--check=crc64'], {
      input: bytes,
      maxBuffer: 2 ** 30,
      // The environment is empty but for PATH, because XZ_DEFAULTS and XZ_OPT would change the result.
      env: { PATH: process.env.PATH },
    })
  } catch (cause) {
    throw new Error(`xz does not compress (Debian's package is xz-utils): ${cause.message}`, { cause })
  }
}
