import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'

const TOKEN = 'token-of-this-test'

/** The server as a process of its own, to be killed. */
export interface ServerUnderTest {
  child: ChildProcess
  url: string
  /** Asks as the web app does; a body makes it a POST, of bytes as they are or of JSON. */
  ask(path: string, body?: object): Promise<Response>
}

/** Starts it on a home and a data folder; resolves when it listens. */
export async function startServer(home: string, dataDir: string): Promise<ServerUnderTest> {
  const main = join(import.meta.dirname, 'main.ts')
  const args = [main, '--home', home, '--data', dataDir, '--port', '0', '--no-open']
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, LOSSLESS_TOKEN: TOKEN },
  })
  let output = ''
  const url = await new Promise<string>((resolve) => {
    child.stdout.on('data', (text: Buffer) => {
      output += text.toString()
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(output)
      if (found) resolve(found[0])
    })
  })
  const ask = (path: string, body?: object) => {
    const isBytes = body instanceof Uint8Array
    return fetch(url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${TOKEN}`,
        'content-type': isBytes ? 'application/octet-stream' : 'application/json',
      },
      ...(body === undefined ? {} : { body: isBytes ? Uint8Array.from(body) : JSON.stringify(body) }),
    })
  }
  return { child, url, ask }
}

/** Resolves when it is gone. */
export async function kill(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGKILL')
  await ended
}
