import assert from 'node:assert/strict'
import { access, mkdir, readdir, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeEach, describe, test } from 'node:test'
import type { Locator } from 'playwright-core'
import sharp from 'sharp'
import { idx } from '../../src-main/datasets/fixtures.ts'
import { assertAccessible, eventually, makeWindowLab } from './support.ts'

/*
 * Data sets as users bring them: real files, through the form, and what is shown counted against what was written.
 */

const lab = await makeWindowLab()
const window = await lab.open(await lab.serve())
const { page } = window

beforeEach(async () => {
  await window.go('/data')
  await page.getByRole('link', { name: /fashion-mnist-12k/ }).waitFor()
})

/** Ids of what is stored, and whatever else lies beside. */
const stored = async (): Promise<string[]> => (await readdir(path.join(lab.home, 'datasets'))).sort()

const form = () => page.getByRole('form', { name: 'Import a data set' })
const field = (name: string) => form().getByLabel(name, { exact: true })
const press = (name: string) => form().getByRole('button', { name, exact: true }).click()

async function openForm(at: string): Promise<void> {
  await page.getByRole('button', { name: 'Import a data set' }).click()
  await field('File or folder').fill(at)
}

const classColumn = () => form().getByRole('combobox', { name: 'Column of the class' })

/** With the keyboard alone, whether or not it has been guessed. */
async function chooseClass(column: string): Promise<void> {
  await classColumn().focus()
  await page.keyboard.press('ArrowDown')
  await page.getByRole('option', { name: new RegExp(`^${column}\\b`) }).waitFor()
  await page.keyboard.press('ControlOrMeta+A')
  await page.keyboard.type(column)
  await page.keyboard.press('Enter')
  assert.equal(await classColumn().inputValue(), column)
}

/** The sentence that stands with a field, as a screen reader gives it. */
async function mistakeOf(of: string | Locator): Promise<string> {
  const input = typeof of === 'string' ? field(of) : of
  return eventually(`a mistake beside ${of}`, async () => {
    if ((await input.getAttribute('aria-invalid')) !== 'true') return undefined
    const ids = (await input.getAttribute('aria-describedby'))?.split(' ').filter(Boolean) ?? []
    const texts = await Promise.all(ids.map((id) => page.locator(`[id="${id}"]`).textContent()))
    return texts.join(' ')
  })
}

/** Class, training and test examples as the table of classes shows them. */
async function classRows(name: string): Promise<string[][]> {
  const table = page.getByRole('article', { name, exact: true }).locator('table').first()
  await table.waitFor()
  return (await cellsOf(table.locator('tbody tr'))).map((cells) => cells.slice(0, 3))
}

async function cellsOf(rows: Locator): Promise<string[][]> {
  return Promise.all((await rows.all()).map((row) => row.locator('th, td').allTextContents()))
}

async function writeImages(folder: string, counts: Readonly<Record<string, number>>): Promise<void> {
  for (const [name, count] of Object.entries(counts)) {
    await mkdir(path.join(folder, name), { recursive: true })
    for (let i = 0; i < count; i++) {
      const background = { r: (40 * i) % 256, g: 90, b: 200 }
      const png = await sharp({ create: { width: 8, height: 6, channels: 3, background } })
        .png()
        .toBuffer()
      await writeFile(path.join(folder, name, `${i}.png`), png)
    }
  }
}

describe('an import', () => {
  test('of an image folder, found by looking through the folders, shows what went in', async () => {
    const folder = path.join(lab.home, 'pictures', 'shades')
    await writeImages(folder, { dawn: 4, noon: 2, dusk: 3 })
    await openForm(path.dirname(folder))
    await form().getByRole('button', { name: 'shades folder' }).click()
    assert.equal(await field('File or folder').inputValue(), folder)
    await field('Name').fill('skies')
    await field('Licence').fill('CC0')
    await press('Import')
    assert.deepEqual(
      (await classRows('skies')).map(([name, training]) => [name, training]),
      [
        ['dawn', '4'],
        ['dusk', '3'],
        ['noon', '2'],
      ],
    )
    const article = page.getByRole('article', { name: 'skies' })
    assert.match((await article.textContent()) ?? '', /8\s×\s6|6\s×\s8/)
    assert.match((await article.textContent()) ?? '', /CC0/)
    const picture = article.getByRole('img', { name: /4\straining images of dawn/ })
    const drawn = await eventually('the pictures', async () => {
      const size = await picture.evaluate((img) =>
        'naturalWidth' in img && 'naturalHeight' in img ? [img.naturalWidth, img.naturalHeight] : undefined,
      )
      return size?.[0] === 0 ? undefined : size
    })
    assert.deepEqual(drawn, [4 * 8, 6])
    await assertAccessible(page)
  })

  test('of a table shows its counts and its rows', async () => {
    const file = lab.write('cards.csv', 'weight,suit\n1.5,heart\n2,spade\n3,heart\n')
    const tests = lab.write('cards-test.csv', 'weight,suit\n9,spade\n')
    await openForm(file)
    await classColumn().click()
    await page.getByRole('option', { name: /weight/ }).waitFor()
    assert.deepEqual(await page.getByRole('option').allInnerTexts(), [
      'weight\n1.5, 2, 3',
      'suit\nheart, spade',
    ])
    await page.keyboard.press('Escape')
    await chooseClass('suit')
    await field('Test table').fill(tests)
    await press('Import')
    assert.deepEqual(await classRows('cards'), [
      ['heart', '2', '0'],
      ['spade', '1', '1'],
    ])
    const lines = page.getByRole('region', { name: 'Rows of the table' }).locator('tbody tr')
    await lines.first().waitFor()
    assert.deepEqual(await cellsOf(lines), [
      ['heart', '1.5'],
      ['spade', '2'],
      ['heart', '3'],
    ])
    // What is odd about it is said.
    await page.getByText('No test example of class heart').waitFor()
    // The next import begins with an empty form.
    await page.getByRole('button', { name: 'Import a data set' }).click()
    assert.equal(await field('File or folder').inputValue(), '')
    assert.equal(await page.evaluate('document.activeElement.tagName'), 'INPUT')
  })

  test('of IDX files by hand names the classes as told', async () => {
    const images = path.join(lab.home, 'images.idx')
    const labels = path.join(lab.home, 'labels.idx')
    await writeFile(
      images,
      idx(
        [3, 2, 2],
        Uint8Array.from({ length: 12 }, (_, i) => i * 20),
      ),
    )
    await writeFile(labels, idx([3], Uint8Array.of(0, 1, 1)))
    await openForm(images)
    await field('Labels file').fill(labels)
    await field('Class names').fill('left, right')
    await field('Name').fill('sides')
    await press('Import')
    assert.deepEqual(
      (await classRows('sides')).map(([name, training]) => [name, training]),
      [
        ['left', '1'],
        ['right', '2'],
      ],
    )
  })
})

describe('the form before an import', () => {
  test('guesses the class by its name and shows the first rows', async () => {
    await openForm(lab.write('guess.csv', 'height,Label\n1.5,=cat\n2,dog\n'))
    await eventually('the guess', async () =>
      (await classColumn().inputValue()) === 'Label' ? true : undefined,
    )
    const rows = page.getByRole('region', { name: 'First rows of the table' }).locator('tr')
    await rows.first().waitFor()
    assert.deepEqual(await cellsOf(rows), [
      ['height', 'Label'],
      ['numbers 1.5 to 2', 'class, 2 different'],
      ['1.5', '=cat'],
      ['2', 'dog'],
    ])
    await assertAccessible(page)
    await field('File or folder').fill(lab.write('other.csv', 'height,kind\n1,x\n2,y\n'))
    await eventually('the other rows', async () =>
      (await rows.first().textContent())?.includes('kind') ? true : undefined,
    )
    assert.equal(await classColumn().inputValue(), '')
  })

  test('tells of images how many of each class there are, their size, and what cannot be used', async () => {
    const folder = path.join(lab.home, 'looked-at')
    await writeImages(folder, { one: 2, two: 1 })
    await writeFile(path.join(folder, 'two', 'broken.png'), 'no image')
    await openForm(folder)
    const preview = page.getByRole('region', { name: 'What would be imported' })
    await preview.getByText('Every file was opened (4).').waitFor()
    assert.deepEqual(
      (await cellsOf(preview.getByRole('table').locator('tbody tr'))).map((cells) => cells.slice(0, 2)),
      [
        ['one', '2'],
        ['two', '1'],
      ],
    )
    assert.equal(await preview.getByRole('img', { name: 'Images of one' }).count(), 1)
    assert.match((await preview.textContent()) ?? '', /Size6\s×\s8 pixels, colour/)
    const broken = preview.getByRole('region', { name: 'What cannot be used' })
    assert.match(
      (await broken.textContent()) ?? '',
      /1 file cannot be used.*two.broken\.png its content is neither/,
    )
    await broken.getByRole('button', { name: 'Copy the list' }).click()
    await broken.getByText('Copied').waitFor()
    await assertAccessible(page)
  })

  test('files dropped on another page are sent to the host, looked at, and gone after their import', async () => {
    await window.go('/')
    // As text: its types are those of a page, which this is not.
    const drop = await page.evaluateHandle(`(() => {
      const transfer = new DataTransfer()
      transfer.items.add(new File(['size,label\\n1,x\\n2,y\\n3,x\\n'], 'dropped.csv'))
      return transfer
    })()`)
    await page.dispatchEvent('body', 'dragover', { dataTransfer: drop })
    await page.getByText('Drop a file or folder').waitFor()
    await page.dispatchEvent('body', 'drop', { dataTransfer: drop })
    const preview = page.getByRole('region', { name: 'What would be imported' })
    await preview.getByText('3 for training, no test part of its own').waitFor()
    const at = await field('File or folder').inputValue()
    assert.match(at, /uploads.*dropped.csv$/)
    await press('Import')
    assert.deepEqual(await classRows('dropped'), [
      ['x', '2'],
      ['y', '1'],
    ])
    await assert.rejects(access(at))
  })

  test('a press that leads nowhere says why, and ends at the field', async () => {
    const before = await stored()
    const focused = () => page.evaluate('document.activeElement.getAttribute("aria-invalid")')
    const told = (words: RegExp) => form().getByRole('alert').filter({ hasText: words }).waitFor()
    await page.getByRole('button', { name: 'Import a data set' }).click()
    await press('Import')
    await told(/Nothing was imported.*Give the file or folder/)
    assert.equal(await focused(), 'true')
    await field('File or folder').fill(lab.write('empty.csv', ''))
    await press('Import')
    await told(/empty\.csv: it is empty.*Read as/)
    assert.equal(await focused(), 'true')
    await field('File or folder').fill(lab.write('ragged.csv', 'a,b\n1,x\n2\n'))
    const typed = form().getByRole('textbox', { name: 'Column of the class' })
    assert.match(await mistakeOf(typed), /line 3 has 1 cells/)
    await press('Import')
    await told(/line 3 has 1 cells where the first line has another number/)
    assert.equal(await focused(), 'true')
    await assertAccessible(page)
    assert.deepEqual(await stored(), before)
  })

  test('all images that cannot be used are told at once, and the rest can be had without them', async () => {
    const folder = path.join(lab.home, 'partly')
    await writeImages(folder, { good: 3, poor: 2 })
    for (const name of ['good/broken.png', 'poor/cut.png'])
      await writeFile(path.join(folder, name), Buffer.from('\x89PNG\r\n\x1a\nno image', 'latin1'))
    await openForm(folder)
    await field('Scale to height').waitFor()
    await press('Import')
    await form()
      .getByRole('alert')
      .filter({ hasText: /2 files cannot be used: good.broken\.png, poor.cut\.png/ })
      .waitFor()
    await press('Import without them')
    assert.deepEqual(
      (await classRows('partly')).map(([name, training]) => [name, training]),
      [
        ['good', '3'],
        ['poor', '2'],
      ],
    )
    await page.getByText(/2 files were left out: good.broken\.png, poor/).waitFor()
  })
})

describe('what is malformed is refused beside its field, and nothing is stored', () => {
  test('of what every format has, and of a table', async () => {
    const before = await stored()
    await page.getByRole('button', { name: 'Import a data set' }).click()
    await press('Import')
    assert.match(await mistakeOf('File or folder'), /Must name a file or folder/)
    await field('File or folder').fill(path.join(lab.home, 'nowhere'))
    assert.match(await mistakeOf('File or folder'), /no such file or folder/)
    await field('File or folder').fill(lab.write('table.csv', 'a,b\n1,x\n2,y\n'))
    await classColumn().waitFor()
    await field('Name').fill('n'.repeat(101))
    await field('Licence').fill('l'.repeat(2001))
    await field('Source').fill('s'.repeat(2001))
    await field('Between cells').fill(';;')
    await field('Most values of a categorical column').fill('many')
    await press('Import')
    assert.match(await mistakeOf(classColumn()), /name of a column/)
    // A list in which nothing was found is read too.
    await classColumn().fill('neither')
    await page.getByRole('option', { name: 'No column is called so', disabled: true }).waitFor()
    await assertAccessible(page)
    assert.match(await mistakeOf('Name'), /at most 100 characters/)
    assert.match(await mistakeOf('Licence'), /at most 2000 characters/)
    assert.match(await mistakeOf('Source'), /at most 2000 characters/)
    assert.match(await mistakeOf('Between cells'), /one character/)
    assert.match(await mistakeOf('Most values of a categorical column'), /a number/)
    await assertAccessible(page)
    // What only the host can know comes back to the field that it is about.
    for (const name of ['Licence', 'Source']) await field(name).fill('')
    await field('Name').fill('fashion-mnist-12k')
    await field('Between cells').fill(',')
    await field('Most values of a categorical column').fill('100')
    await chooseClass('b')
    await press('Import')
    assert.match(await mistakeOf('Name'), /belongs to the embedded/)
    await field('Name').fill('')
    await field('Categorical columns').fill('d')
    await press('Import')
    assert.match(await mistakeOf('Categorical columns'), /no column "d"/)
    await field('Categorical columns').fill('')
    await field('Test table').fill(path.join(lab.home, 'gone.csv'))
    await press('Import')
    assert.match(await mistakeOf('Test table'), /no such file/)
    await field('Test table').fill('')
    await field('File or folder').fill(lab.write('mixed.csv', 'a,b\n1,x\nred,y\n'))
    await press('Import')
    await form().getByRole('alert').filter({ hasText: 'mixes numbers' }).waitFor()
    assert.deepEqual(await stored(), before)
  })

  test('of images and of IDX files', async () => {
    const before = await stored()
    const folder = path.join(lab.home, 'odd')
    await writeImages(folder, { one: 1, two: 1 })
    await openForm(folder)
    await field('Scale to height').fill('0')
    await press('Import')
    assert.match(await mistakeOf('Scale to height'), /at least 1/)
    await field('Scale to height').fill('4')
    assert.match(await mistakeOf('Scale to height'), /a number/)
    await field('and width').fill('4')
    await field('Test folder').fill(path.join(lab.home, 'nowhere'))
    await press('Import')
    assert.match(await mistakeOf('Test folder'), /no such file or folder/)
    const images = path.join(lab.home, 'lone.idx')
    await writeFile(images, idx([2, 2, 2], new Uint8Array(8)))
    await field('File or folder').fill(images)
    await field('Labels file').waitFor()
    await press('Import')
    assert.match(await mistakeOf('Labels file'), /missing/)
    await field('Labels file').fill(path.join(lab.home, 'nowhere.idx'))
    await field('Class names').fill('a,,b')
    await press('Import')
    assert.match(await mistakeOf('Class names'), /not be empty/)
    await field('Class names').fill('')
    await press('Import')
    assert.match(await mistakeOf('Labels file'), /no such file/)
    await field('Labels file').fill(images)
    for (const name of ['Test images', 'Test labels']) {
      await field(name).fill(path.join(lab.home, `${name}.idx`))
    }
    await press('Import')
    await form().getByRole('alert').filter({ hasText: 'magic number' }).waitFor()
    assert.deepEqual(await stored(), before)
  })
})

test('a cancelled import leaves nothing', async () => {
  const before = await stored()
  // Long enough to be in the middle of it when the button is pressed.
  const rows = Array.from({ length: 1_500_000 }, (_, i) => `${i % 1000},${i % 7},${i % 2 ? 'odd' : 'even'}`)
  await openForm(lab.write('long.csv', `a,b,kind\n${rows.join('\n')}\n`))
  await chooseClass('kind')
  await press('Import')
  const bar = form().getByRole('progressbar')
  await bar.waitFor()
  await form()
    .getByText(/of .*MB,/)
    .waitFor()
  await press('Cancel')
  await form().getByText('Cancelled; nothing was stored.').waitFor()
  await eventually('the half-written files to go', async () => {
    const now = await stored()
    return now.join() === before.join() ? now : undefined
  })
})

test('a data set is removed after a question, and the embedded one comes back', async () => {
  const file = lab.write('brief.csv', 'a,b\n1,x\n2,y\n')
  await openForm(file)
  await chooseClass('b')
  await press('Import')
  const article = page.getByRole('article', { name: 'brief' })
  await article.getByRole('button', { name: 'Remove…' }).click()
  await page.getByRole('button', { name: 'Keep it' }).click()
  await article.getByRole('button', { name: 'Remove…' }).click()
  await page
    .getByRole('dialog')
    .getByText(/2\sexamples are deleted/)
    .waitFor()
  await page.getByRole('button', { name: 'Remove it' }).click()
  await article.waitFor({ state: 'detached' })
  assert.equal(await page.getByRole('link', { name: /brief/ }).count(), 0)
  await page.getByRole('link', { name: /fashion-mnist-12k/ }).click()
  await page.getByRole('button', { name: 'Remove…' }).click()
  await page.getByRole('button', { name: 'Remove it' }).click()
  await page.getByText('was put back').waitFor()
  await page.getByRole('link', { name: /fashion-mnist-12k/ }).waitFor()
})

test('a damaged data set is told of, with what is wrong', async () => {
  const file = lab.write('fragile.csv', 'a,b\n1,x\n2,y\n3,x\n')
  await openForm(file)
  await chooseClass('b')
  await press('Import')
  await page.getByRole('article', { name: 'fragile' }).waitFor()
  const id = new URL(page.url()).searchParams.get('open')?.replaceAll('"', '') ?? ''
  await truncate(path.join(lab.home, 'datasets', id, 'examples.bin'), 5)
  await page.reload()
  await page.getByRole('link', { name: new RegExp(`${id}.*damaged`) }).click()
  await page.getByText(/examples\.bin has 5 bytes where meta\.json promises 12/).waitFor()
  await assertAccessible(page)
  assert.equal(await page.getByRole('link', { name: /fashion-mnist-12k/ }).count(), 1)
})
