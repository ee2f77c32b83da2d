import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { bootDesktop, type Desktop } from './boot.ts'
import { app, dialog, powerMonitor } from './electron.ts'
import { connectPage, loadPreload } from './page.ts'

let desktop: Desktop

before(async () => {
  desktop = await bootDesktop()
})
after(() => desktop.remove())

test('a system that shuts down while the user is asked closes once, whatever the answer then is', async (t) => {
  const page = await connectPage(await loadPreload())
  await page.runs.launchDemo.mutate()
  const { promise: answered, resolve: answer } = Promise.withResolvers<{ response: number }>()
  t.mock.method(dialog, 'showMessageBox', () => answered)
  const gone = once(app, 'quit')
  app.quit()
  powerMonitor.emit('shutdown')
  await gone
  answer({ response: 1 })
  await setImmediate()
  assert.equal(existsSync(path.join(desktop.home, 'desktop', 'anneal.log')), false, 'nothing went wrong')
})
