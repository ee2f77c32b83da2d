import path from 'node:path'
import react from '@vitejs/plugin-react'
import { createServer } from 'vite'
import { z } from 'zod'
import { createFiles, createServices } from '../src-main/api/index.ts'
import { databaseFile, openCore } from '../src-main/core.ts'
import { homeFolder } from '../src-main/homeFolder.ts'
import { keyHeader } from '../src-main/serve/access.ts'
import { secretOf } from '../src-main/serve/secret.ts'
import { startServer } from '../src-main/serve/server.ts'

/* `npm run dev`: the window from its sources, replaced in the browser as they are saved, over the lab of ANNEAL_HOME. */

const root = path.join(import.meta.dirname, '..')
const core = openCore({ home: homeFolder(process.env), db: databaseFile(process.env) })
const host = await startServer({
  services: createServices(core, 'browser'),
  files: createFiles(core),
  windowFolder: path.join(root, 'out', 'renderer'),
  secret: () => secretOf(core.home),
  port: 0,
  log: console.error,
})
core.runs.workOnQueue()
const target = `http://127.0.0.1:${host.port}`
const proof = await proofOf(host.url)

const window = await createServer({
  configFile: false,
  root: path.join(root, 'src-renderer'),
  cacheDir: path.join(root, 'node_modules', '.vite'),
  plugins: [react()],
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(
      ['/trpc', '/data', '/download', '/door'].map((address) => [address, toHost(address)]),
    ),
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
    headers: proof,
    bypass(request: { headers: { origin?: string | undefined } }) {
      const { headers } = request
      if (own(headers.origin)) headers.origin = target
      return undefined
    },
  }
}

/** As the page of the host itself would prove itself: its cookie, and its key for the entry it is sent to. */
async function proofOf(url: string): Promise<Record<string, string>> {
  const welcome = await fetch(url, { redirect: 'manual' })
  const cookie = (welcome.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const entry = (welcome.headers.get('location') ?? '').split('#entry=')[1] ?? ''
  const answer = await fetch(`${target}/door/key`, { method: 'POST', headers: { cookie }, body: entry })
  const { key } = z.object({ key: z.string() }).parse(await answer.json())
  return { cookie, [keyHeader]: key }
}
