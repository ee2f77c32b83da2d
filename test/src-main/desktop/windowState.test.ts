import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, beforeEach, test } from 'node:test'
import './standIn.ts'
import { screen } from './electron.ts'

const { createWindowState } = await import('../../../src-main/desktop/windowState.ts')

const folder = mkdtempSync(path.join(tmpdir(), 'anneal-window-'))
const file = path.join(folder, 'window.json')
after(() => rmSync(folder, { recursive: true, force: true }))
beforeEach(() => {
  screen.areas = [{ x: 0, y: 0, width: 1920, height: 1040 }]
})

const placed = (content: unknown) => {
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return createWindowState(file, assert.fail).placement()
}

test('without a usable file the window has its usual size, and fits the display', () => {
  const usual = { bounds: { width: 1440, height: 900 }, maximised: false }
  for (const content of [
    '',
    '{',
    '[]',
    'null',
    { bounds: 7 },
    { bounds: { x: 0, y: 0, width: 3, height: 3 } },
  ]) {
    assert.deepEqual(placed(content), usual, JSON.stringify(content))
  }
  screen.areas = [{ x: 0, y: 0, width: 1280, height: 700 }]
  assert.deepEqual(placed('').bounds, { width: 1280, height: 700 })
})

test('a window whose title bar is on no display comes back in sight', () => {
  const size = { width: 1000, height: 700 }
  screen.areas = [
    { x: 0, y: 0, width: 1920, height: 1040 },
    { x: 1920, y: -200, width: 1280, height: 1024 },
  ]
  for (const place of [
    { x: 0, y: 0 },
    { x: 1800, y: 1000 },
    { x: 2500, y: -200 },
    { x: -800, y: 10 },
  ]) {
    assert.deepEqual(placed({ bounds: { ...place, ...size } }).bounds, { ...place, ...size })
  }
  for (const place of [
    { x: -950, y: 10 },
    { x: 0, y: -30 },
    { x: 0, y: 1035 },
    { x: 5000, y: 0 },
  ]) {
    assert.deepEqual(placed({ bounds: { ...place, ...size } }).bounds, size, JSON.stringify(place))
  }
})

test('a place that cannot be kept is logged and nothing else', () => {
  const lines: string[] = []
  const state = createWindowState(path.join(folder, 'none', 'window.json'), (line) => lines.push(line))
  state.keepTheme('dark')
  assert.equal(state.theme, 'dark')
  assert.match(lines.join(), /While keeping the window's place: Error: ENOENT/)
})

test('what is kept is read at the next start', () => {
  writeFileSync(file, '')
  const state = createWindowState(file, assert.fail)
  const bounds = { x: 1, y: 2, width: 900, height: 800 }
  state.keepPlacement({ getNormalBounds: () => bounds, isMaximized: () => true })
  state.keepTheme('light')
  assert.deepEqual(createWindowState(file, assert.fail).placement(), { bounds, maximised: true })
  assert.equal(JSON.parse(readFileSync(file, 'utf8')).theme, 'light')
})
