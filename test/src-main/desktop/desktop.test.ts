import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import type { DesktopBridge } from '../../../shared/api/desktop.ts'
import { openStore } from '../../../src-main/store/index.ts'
import { bootDesktop, type Desktop, until } from './boot.ts'
import { app, BrowserWindow, dialog, Menu, type MenuItem, nativeTheme, session, shell } from './electron.ts'
import { connectPage, loadPreload, postedTo } from './page.ts'

/* main.ts and window.ts as a user meets them, on a real lab with a real trainer. */

let desktop: Desktop
let bridge: DesktopBridge
let page: Awaited<ReturnType<typeof connectPage>>

const spec = {
  dataset: { name: 'fashion-mnist-12k' },
  model: { kind: 'softmax' },
  schedule: { kind: 'sgdr', lrMax: 0.1, t0: 100 },
  batchSize: 500,
  budget: { epochs: 100_000 },
}

before(async () => {
  const home = mkdtempSync(path.join(tmpdir(), 'anneal-desktop-'))
  mkdirSync(path.join(home, 'desktop'))
  const placed = { bounds: { x: 100, y: 50, width: 1200, height: 800 }, maximised: true, theme: 'dark' }
  writeFileSync(path.join(home, 'desktop', 'window.json'), JSON.stringify(placed))
  desktop = await bootDesktop(home)
  bridge = await loadPreload()
  page = await connectPage(bridge)
})
after(() => desktop.remove())

test('the window opens where and as it was, and shows only its finished picture', async () => {
  const window = desktop.window()
  await until('the page', () => window.webContents.lastAnswer)
  assert.deepEqual(window.bounds, { x: 100, y: 50, width: 1200, height: 800 })
  assert.equal(window.isMax, true)
  assert.equal(window.options.show, false)
  assert.equal(window.isShown, true)
  assert.equal(nativeTheme.themeSource, 'dark')
  assert.equal(app.paths.get('userData'), path.join(desktop.home, 'desktop'))
})

test('a second start shows the window of the first', () => {
  const window = desktop.window()
  window.isMin = true
  const before = window.focused
  app.emit('second-instance')
  assert.equal(BrowserWindow.open.size, 1)
  assert.equal(window.isMin, false)
  assert.equal(window.focused, before + 1)
})

test('the page reaches the procedures over its port, which is sent to its own origin only', async () => {
  const about = await page.lab.about.query()
  assert.equal(about.door, 'desktop')
  assert.equal(about.database, desktop.database)
  assert.ok(postedTo.every((target) => target === 'app://anneal'))
})

test('files have the addresses they have in every door', async () => {
  const answer = await session.defaultSession.handlers.get('app')?.(
    new Request('app://anneal/download/runs/none/csv'),
  )
  assert.equal(answer?.status, 404)
  assert.match((await answer?.text()) ?? '', /none/)
})

test('the menu starts a new run, imports, shows the shortcuts, the database and the log', () => {
  const chosen: string[] = []
  const end = bridge.onMenu((choice) => chosen.push(choice))
  shell.revealed.length = 0
  click(/New Run/)
  click(/TensorBoard/)
  click(/Import &Predictions/)
  click(/Keyboard Shortcuts/)
  click(/Database/)
  click(/Reveal &Log/)
  end()
  assert.deepEqual(chosen, ['newRun', 'importLog', 'importPredictions', 'shortcuts'])
  assert.deepEqual(shell.revealed, [desktop.database, path.join(desktop.home, 'desktop', 'anneal.log')])
})

test('the page reveals the database and chooses files and folders in the dialogs of the system', async () => {
  shell.revealed.length = 0
  await bridge.revealDatabase()
  assert.deepEqual(shell.revealed, [desktop.database])
  assert.equal(await bridge.chooseFolder(), undefined)
  dialog.chosen = ['/data/images']
  assert.equal(await bridge.chooseFolder(), '/data/images')
  dialog.chosen = ['/data/table.csv']
  assert.equal(await bridge.chooseFile(), '/data/table.csv')
  assert.deepEqual(
    dialog.opened.map(({ properties }) => properties),
    [['openDirectory'], ['openDirectory'], ['openFile']],
  )
})

test('the theme of the page is that of the frame, now and at the next start', async () => {
  await bridge.setTheme('light')
  assert.equal(nativeTheme.themeSource, 'light')
  assert.equal(stored().theme, 'light')
  // @ts-expect-error: whatever a page may send.
  await assert.rejects(bridge.setTheme('sepia'), /While choosing the theme/)
  assert.equal(nativeTheme.themeSource, 'light')
})

test('a window that crashed is loaded again; one that keeps crashing asks', () => {
  const { webContents } = desktop.window()
  const crash = () => webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 139 })
  webContents.emit('render-process-gone', {}, { reason: 'clean-exit', exitCode: 0 })
  assert.equal(webContents.reloads, 0)
  for (let i = 0; i < 3; i++) crash()
  assert.equal(webContents.reloads, 3)
  assert.equal(dialog.asked.length, 0)
  crash()
  assert.match(dialog.asked.map(({ message }) => message).join(), /keeps failing/)
  assert.equal(webContents.reloads, 4)
  assert.match(desktop.log(), /crashed \(139\)/)
})

test('closing while a run trains asks; "keep training" keeps window, run and program', async () => {
  const { id } = await page.runs.launch.mutate({ spec })
  await trained(id, 1)
  dialog.asked.length = 0
  dialog.answer = 0
  desktop.window().close()
  const question = await until('the question', () => dialog.asked[0])
  assert.match(question.message, /A run is training/)
  assert.match(question.detail, /Resume goes on from there/)
  assert.deepEqual(question.buttons, ['Keep training', 'Stop run and quit'])
  await trained(id, (await page.runs.get.query({ id })).stepsDone + 1)
  assert.equal(app.hasQuit, false)
  assert.equal(BrowserWindow.open.size, 1)
})

test('agreeing stops the run with what it has learned, and it can be resumed', async () => {
  const [run] = await page.runs.list.query({})
  dialog.answer = 1
  const window = desktop.window()
  window.bounds = { x: 5, y: 6, width: 1000, height: 700 }
  window.isMax = false
  const asked = dialog.asked.length
  const done = once(app, 'quit')
  window.close()
  // Impatience asks once.
  window.close()
  app.quit()
  await done
  assert.equal(dialog.asked.length, asked + 1)
  assert.equal(BrowserWindow.open.size, 0)
  const store = openStore(desktop.database)
  try {
    const ended = store.read.run(run?.id ?? '')
    assert.equal(ended.status, 'stopped')
    const checkpoint = store.read.checkpoint(ended.id)
    assert.equal(checkpoint?.position.stepsDone, ended.stepsDone)
  } finally {
    store.close()
  }
  assert.deepEqual(stored(), {
    bounds: { x: 5, y: 6, width: 1000, height: 700 },
    maximised: false,
    theme: 'light',
  })
})

async function trained(id: string, steps: number): Promise<void> {
  for (;;) {
    const { stepsDone, status, reason } = await page.runs.get.query({ id })
    if (stepsDone >= steps) return
    assert.ok(status === 'created' || status === 'running', `${status}: ${reason}`)
  }
}

function stored() {
  return JSON.parse(readFileSync(path.join(desktop.home, 'desktop', 'window.json'), 'utf8'))
}

function click(label: RegExp): void {
  const find = (items: readonly MenuItem[]): MenuItem | undefined =>
    items.flatMap((item) => [item, ...(item.submenu ?? [])]).find((item) => label.test(item.label ?? ''))
  const item = find(Menu.current)
  assert.ok(item?.click, `no ${label} in the menu`)
  item.click()
}
