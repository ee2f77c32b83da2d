import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Download } from 'playwright-core'
import { assertAccessible, eventually } from '../support.ts'
import { assertShows, box, first, lab, lastThree, openPanel, panel, partOf, printed, window } from './lab.ts'

/* What is kept of an ensemble: under a name, and as files. */

test('it is saved, found after a reload, renamed, deleted and brought back', async () => {
  await box('cycle 1').uncheck()
  const name = panel().getByRole('textbox', { name: 'Name of the ensemble' })
  assert.equal(await name.inputValue(), 'first: last 3')
  await name.fill(' ')
  await panel().getByText('The name must not be empty').waitFor()
  await name.fill('three of them')
  await name.press('Enter')
  await panel().getByText('Saved as three of them').waitFor()
  const [saved] = lab.look(({ read }) => read.ensembles(first))
  assert.equal(saved?.members.length, 3)
  const want = await printed('--snapshots', saved.members.map(({ snapshotId }) => snapshotId).join(','))
  assert.equal(saved.testAccuracy, want.testAccuracy)

  await openPanel()
  const row = (title: string) => panel().getByRole('listitem').filter({ hasText: title })
  await row('three of them').scrollIntoViewIfNeeded()
  const scrolled = () => window.page.evaluate<number>("document.querySelector('#page').scrollTop")
  const before = await scrolled()
  assert.ok(before > 0, 'the list is further down')
  await row('three of them').getByRole('button', { name: 'three of them', exact: true }).click()
  await assertShows(want, 3)
  await window.page.waitForURL(/members=/)
  await row('three of them').getByRole('button', { name: /^More/ }).click()
  await window.page.getByRole('menuitem', { name: 'Rename' }).click()
  const renaming = panel().getByRole('textbox', { name: 'New name of three of them' })
  await renaming.fill('the last three')
  await renaming.press('Enter')
  await panel().getByText('Saved as the last three').waitFor()
  assert.equal(await scrolled(), before, 'the page stays where it was')

  await row('the last three').getByRole('button', { name: /^More/ }).click()
  await window.page.getByRole('menuitem', { name: 'Delete' }).click()
  await row('the last three').waitFor({ state: 'detached' })
  assert.deepEqual(
    lab.look(({ read }) => read.ensembles(first)),
    [],
  )
  await window.page.getByRole('button', { name: 'Undo' }).click()
  await row('the last three').waitFor()
  assert.equal(lab.look(({ read }) => read.ensembles(first))[0]?.name, 'the last three')
})

test('models and predictions can be kept as files', async () => {
  const want = await printed('--snapshots', (await lastThree()).join(','))
  const csv = (await download('Test predictions (.csv)')).toString('utf8').trim().split('\n')
  assert.match(csv[0] ?? '', /^example,index,label,predicted,probability a,probability b,probability c/)
  const rows = csv.slice(1).map((line) => line.trim().split(','))
  assert.equal(rows.length, partOf((await lastThree())[0] ?? 0, 'test').labels.length)
  const right = rows.filter(([, , label, predicted]) => label === predicted).length
  assert.equal(right / rows.length, want.testAccuracy)
  for (const [item, file] of [
    ['TensorFlow.js models', 'model.json'],
    ['safetensors', 'model.safetensors'],
  ] as const) {
    const names = tarNames(await download(item))
    assert.ok(names.includes('ensemble/ensemble.json'))
    for (const member of ['member-01', 'member-02', 'member-03'])
      assert.ok(names.includes(`ensemble/${member}/${file}`), names.join(' '))
    assert.ok(!names.some((name) => name.includes('member-04')))
  }
})

test('nothing keeps people out of it, in the light and in the dark', async () => {
  await assertAccessible(window.page)
})

test('predictions that cannot be read are told, and asked for again', async () => {
  await window.page.route('**/data/predictions/**', (route) =>
    route.fulfill({ status: 500, body: 'The disk is gone.' }),
  )
  await window.go(`/ensembles?runs=${JSON.stringify([first])}`)
  await panel().getByRole('alert').getByText('The disk is gone.').waitFor()
  await window.page.unroute('**/data/predictions/**')
  await panel().getByRole('button', { name: 'Try again' }).click()
  await assertShows(await printed(), 4)
})

async function download(item: string): Promise<Buffer> {
  const { page } = window
  const coming = page.waitForEvent('download')
  await panel().getByRole('button', { name: 'Export…' }).click()
  await page.getByRole('menuitem', { name: item }).click()
  return readFileSync(await pathOf(await coming))
}

const pathOf = (file: Download): Promise<string> =>
  eventually('the download', async () => (await file.path()) ?? undefined)

/** Names in the headers of a tar: 512 bytes each, before contents in whole blocks of 512. */
function tarNames(tar: Buffer): string[] {
  const names: string[] = []
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const text = (from: number, length: number): string =>
      tar.toString('latin1', at + from, at + from + length).replace(/\0.*$/s, '')
    const prefix = text(345, 155)
    names.push(prefix === '' ? text(0, 100) : `${prefix}/${text(0, 100)}`)
    at += 512 + 512 * Math.ceil(Number.parseInt(text(124, 12), 8) / 512)
  }
  return names
}
