import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { build } from '../../.ci/build.ts'
import { findElectron } from '../../.ci/electronBinary.ts'

/* The desktop app itself, where Electron has been fetched ("npx install-electron"). */

const root = fileURLToPath(new URL('../..', import.meta.url))
const program = findElectron(root, process.env)
const noDisplay =
  process.platform === 'linux' &&
  !process.env.DISPLAY &&
  !process.env.WAYLAND_DISPLAY &&
  'there is no display'
const absent = program === undefined && 'Electron has not been fetched here: npx install-electron fetches it'

describe('the desktop app', { skip: absent || noDisplay }, () => {
  let home: string
  let app: ElectronApplication
  let page: Page

  before(async () => {
    assert.ok(build(), 'the bundles could not be built')
    home = mkdtempSync(path.join(tmpdir(), 'anneal-electron-'))
    app = await start()
    page = await app.firstWindow()
    await page.getByRole('navigation').first().waitFor()
  })
  after(async () => {
    // It asks whether to stop the run: yes.
    await app.evaluate(({ dialog }) => {
      dialog.showMessageBox = async () => ({ response: 1, checkboxChecked: false })
    })
    await app.close()
    rmSync(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  })

  const start = (): Promise<ElectronApplication> =>
    _electron.launch({
      executablePath: program ?? '',
      // The runners of continuous integration let nobody make the namespaces that Chromium's sandbox needs on Linux.
      args: [...(process.env.CI && process.platform === 'linux' ? ['--no-sandbox'] : []), root],
      env: { ...env(), ANNEAL_HOME: home },
    })

  test('it is the Electron that was meant, whose page has no Node and a bridge alone', async () => {
    const { node, electron } = await app.evaluate(() => ({ ...process.versions }))
    assert.match(node ?? '', /^24\./)
    assert.match(electron ?? '', /^45\./)
    const seen = await page.evaluate(
      `({
        origin: location.origin,
        secure: isSecureContext,
        node: 'process' in globalThis || 'require' in globalThis,
        bridge: 'anneal' in globalThis,
      })`,
    )
    assert.deepEqual(seen, { origin: 'app://anneal', secure: true, node: false, bridge: true })
  })

  test('its page talks to the core over the port, and goes nowhere else', async () => {
    await page.getByRole('link', { name: 'Settings' }).first().click()
    await page.getByText(path.join(home, 'anneal.db')).first().waitFor()
    const fetched = await page.evaluate("fetch('https://example.org').then(() => true, () => false)")
    assert.equal(fetched, false)
    const opened = await page.evaluate("window.open('app://anneal/new') === null")
    assert.equal(opened, true)
    assert.equal(app.windows().length, 1)
  })

  test('the menu of the system starts a new run, which trains on a plain Node', async () => {
    await app.evaluate(({ Menu }) => {
      const items = Menu.getApplicationMenu()?.items.flatMap((item) => item.submenu?.items ?? []) ?? []
      items.find(({ label }) => label.replace('&', '') === 'New Run')?.click()
    })
    await page.waitForURL('app://anneal/new')
    await page
      .getByRole('button', { name: /^Start/ })
      .first()
      .click()
    await page.waitForURL(/\/runs\/\w+/)
    await page
      .getByText(/running|completed/i)
      .first()
      .waitFor()
  })

  test('a second start leaves to the first', async () => {
    const second = await start().then(
      (other) => other.close().then(() => true),
      () => true,
    )
    assert.ok(second)
    assert.equal(app.windows().length, 1)
  })
})

function env(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
