/** Entry of the bundled executable: the name by which it is called tells the tool. */
import fs from 'node:fs'
import { CallError, call } from '../client.ts'
import { TOOLS } from './registry.ts'
import { Exit, type ToolContext } from './tool.ts'

function write(fd: number, text: string): void {
  let data = Buffer.from(text)
  while (data.length > 0) {
    try {
      data = data.subarray(fs.writeSync(fd, data))
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code === 'EPIPE') process.exit(141)
      if (code !== 'EAGAIN') throw error
    }
  }
}

let name = process.argv0.slice(process.argv0.lastIndexOf('/') + 1)
let args = process.argv.slice(2)
// `simhost-tool NAME ARGS` for tools that are called by another name.
if (name === 'simhost-tool') {
  name = args[0] ?? ''
  args = args.slice(1)
}
const t: ToolContext = {
  name,
  args,
  env: process.env,
  out: text => write(1, text),
  err: text => write(2, text),
  readFile: path => {
    try {
      return fs.readFileSync(path, 'utf8')
    } catch (error) {
      throw new CallError((error as NodeJS.ErrnoException).code ?? 'EIO', '')
    }
  },
  call,
}

async function run(): Promise<number> {
  const tool = TOOLS[name]
  try {
    if (tool !== undefined) return (await tool.load()).main(t)
    write(2, `simhost: no tool ${name}\n`)
  } catch (error) {
    if (error instanceof Exit) return error.status
    const stack = process.env.SIMHOST_DEBUG !== undefined
    write(2, `${name}: ${error instanceof Error ? (stack ? error.stack : error.message) : String(error)}\n`)
  }
  return 1
}

void run().then(status => process.exit(status))
