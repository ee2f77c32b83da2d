import path from 'node:path'
import react from '@vitejs/plugin-react'
import { createServer } from 'vite'
import { createFiles, createServices } from '../src-main/api/index.ts'
import { databaseFile, homeFolder, openCore } from '../src-main/core.ts'
import { startServer } from '../src-main/serve/server.ts'
import { sessionOf } from '../src-main/serve/session.ts'

/* `npm run dev`: the window from its sources, replaced in the browser as they are saved, over the lab of ANNEAL_HOME. */

const root = path.join(import.meta.dirname, '..')
const core = openCore({ home: homeFolder(process.env), db: databaseFile(process.env) })
const host = await startServer({
  services: createServices(core, 'browser'),
  files: createFiles(core),
  windowFolder: path.join(root, 'out', 'renderer'),
  session: sessionOf(core.home),
  port: 0,
  log: console.error,
})
core.runs.workOnQueue()
const target = `http://127.0.0.1:${host.port}`
const cookie = await cookieOf(host.url)

const window = await createServer({
  configFile: false,
  root: path.join(root, 'src-renderer'),
  cacheDir: path.join(root, 'node_modules', '.vite'),
  plugins: [react()],
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(['/trpc', '/data', '/download'].map((address) => [address, toHost(address)])),
  },
})
await window.listen()
window.printUrls()

process.once('SIGINT', async () => {
  await window.close()
  await host.close()
  await core.close()
  process.exit(130)
})

/** Passes on what the developed page asks. Any other page keeps its own Origin, and the host turns it away. */
function toHost(address: string) {
  const own = (origin: string | undefined): boolean =>
    origin === window.resolvedUrls?.local[0]?.replace(/\/$/, '')
  return {
    target,
    ws: address === '/trpc',
    changeOrigin: true,
    headers: { cookie },
    bypass(request: { headers: { origin?: string | undefined } }) {
      const { headers } = request
      if (own(headers.origin)) headers.origin = target
      return undefined
    },
  }
}

async function cookieOf(url: string): Promise<string> {
  const answer = await fetch(url, { redirect: 'manual' })
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
}
