import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { execaSync } from 'execa'
import { extract, type Headers } from 'tar-stream'

/** One member of an archive: its header and its bytes. */
export interface Member {
  header: Headers
  data: Buffer
}

/** Gives the SHA-256 checksum in hexadecimal digits. */
export function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Gives the members of a tar.xz file in their order. */
export async function members(file: string): Promise<Member[]> {
  const { stdout } = execaSync('xz', ['--decompress', '--stdout'], {
    input: readFileSync(file),
    encoding: 'buffer',
    stripFinalNewline: false,
    maxBuffer: 2 ** 30,
  })
  const found: Member[] = []
  const reader = extract()
  reader.on('entry', (header, stream, next) => {
    void buffer(stream).then(data => {
      found.push({ header, data })
      next()
    })
  })
  reader.end(Buffer.from(stdout))
  await once(reader, 'finish')
  return found
}
