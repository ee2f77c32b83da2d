import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import '../src-main/desktop/standIn.ts'
import { setTimeout } from 'node:timers/promises'
import { quit } from '../src-main/desktop/boot.ts'
import { BrowserWindow } from '../src-main/desktop/electron.ts'

/*
 * The packed app under the stand-in for Electron: its own bundles, packages and resources. Trains the run of a spec and
 * prints what came of it. Arguments: folder of the app, spec.
 */

const [app = '', spec = ''] = process.argv.slice(2)
const inApp = (...parts: string[]): string => pathToFileURL(path.join(app, 'out', ...parts)).href

await import(inApp('main', 'main.js'))
// Later: to tRPC, a process with a `window` is no host.
const { connectPage, loadPreload } = await import('../src-main/desktop/page.ts')
const page = await connectPage(await loadPreload(inApp('preload', 'preload.cjs')))
const [window] = BrowserWindow.open
const { id } = await page.runs.launch.mutate({ spec: JSON.parse(spec) })
const trainers = new Set<string>()
for (;;) {
  for (const program of childPrograms()) trainers.add(program)
  const { status, reason } = await page.runs.get.query({ id })
  if (status === 'completed') break
  if (status !== 'created' && status !== 'running') throw new Error(`the run is ${status}: ${reason}`)
  await setTimeout(10)
}
const { stepsDone } = await page.runs.get.query({ id })
const title = /<title>(.*)<\/title>/.exec((await window?.webContents.lastAnswer?.text()) ?? '')?.[1]
const about = await page.lab.about.query()
await quit()
console.log(JSON.stringify({ stepsDone, title, about, trainers: [...trainers] }))

/** What our child processes are, by Linux' /proc. */
function childPrograms(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
        const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]
        return Number(parent) === process.pid ? [readlinkSync(`/proc/${pid}/exe`)] : []
      } catch {
        // It has just ended.
        return []
      }
    })
}
