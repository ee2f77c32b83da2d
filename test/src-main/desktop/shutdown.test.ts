import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { openStore } from '../../../src-main/store/index.ts'
import { bootDesktop, type Desktop } from './boot.ts'
import { app, dialog, powerMonitor } from './electron.ts'
import { connectPage, loadPreload } from './page.ts'

let desktop: Desktop

before(async () => {
  desktop = await bootDesktop()
})
after(() => desktop.remove())

test('a system that shuts down asks nobody, and waits until the runs are stored', async () => {
  const page = await connectPage(await loadPreload())
  const { id } = await page.runs.launchDemo.mutate()
  let waits = false
  const gone = once(app, 'quit')
  powerMonitor.emit('shutdown', {
    preventDefault() {
      waits = true
    },
  })
  await gone
  assert.equal(waits, true)
  assert.equal(dialog.asked.length, 0)
  const store = openStore(desktop.database)
  try {
    assert.match(store.read.run(id).status, /^(stopped|interrupted)$/)
  } finally {
    store.close()
  }
})
