/** tar archives whose bytes depend on nothing but their files, compressed with xz. */
import { execFileSync } from 'node:child_process'
import { buffer } from 'node:stream/consumers'
import { pack } from 'tar-stream'

/**
 * A tar of files `{ path, mode, data }` in the given order: ustar headers, owner root, group wheel, and one time for
 * all, in seconds since 1970.
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
 * Compressed with xz(1), which Debian and FreeBSD's base have. One thread, because blocks would depend on the number of
 * processors. Throws when the tool is missing or fails.
 */
export function xz(bytes) {
  try {
    return execFileSync('xz', ['--compress', '--stdout', '-6', '--threads=1', '--check=crc64'], {
      input: bytes,
      maxBuffer: 2 ** 30,
      // XZ_DEFAULTS and XZ_OPT would change the result.
      env: { PATH: process.env.PATH },
    })
  } catch (cause) {
    throw new Error(`xz does not compress (Debian's package is xz-utils): ${cause.message}`, { cause })
  }
}
