import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import sharp from 'sharp'
import { createCatalogue, openDataset } from '../../../../src-main/datasets/index.ts'
import { cifarRecords, cyclic, idx, importText, pattern, refused, tempFolder } from '../fixtures.ts'

const side = 9
const size = side * side
const count = 12
const pixels = pattern(count * size)
const labels = cyclic(count, 3)

const row = (i: number, from: Uint8Array = pixels, length = size): string =>
  [...from.subarray(i * length, (i + 1) * length)].join(',')
const names = Array.from({ length: size }, (_, i) => `pixel${i}`).join(',')
/** As of Kaggle: a header, the label first. */
const digits = `label,${names}\n${Array.from({ length: count }, (_, i) => `${labels[i]},${row(i)}`).join('\n')}\n`

describe('rows of pixels', () => {
  test('are the very images that IDX files hold, with a header or without, wherever the label stands', async (t) => {
    const home = await tempFolder(t)
    await writeFile(join(home, 'train-images-idx3-ubyte'), idx([count, side, side], pixels))
    await writeFile(join(home, 'train-labels-idx1-ubyte'), idx([count], labels))
    const { meta } = await createCatalogue(home).import({ format: 'idx', path: home })
    const asRows = [
      { text: digits, label: 'label' },
      { text: digits.slice(digits.indexOf('\n') + 1), label: 0, header: false },
      {
        text: digits.replaceAll(/^([^,]+),(.*)$/gm, '$2,$1,x'),
        label: size,
        without: [size + 1],
      },
      { text: digits.replaceAll(/,(\d+)/g, ',$1.0'), label: 'label' },
    ]
    for (const { text, ...choices } of asRows) {
      const found = await importText(home, text, { ...choices, as: 'images' })
      assert.equal(found.meta.id, meta.id)
      assert.deepEqual(found.notes, [])
    }
  })

  test('are the very images of a folder, with the classes in its order', async (t) => {
    const home = await tempFolder(t)
    const classes = ['ant', 'bee', 'cat']
    for (const name of classes) await mkdir(join(home, 'pictures', name), { recursive: true })
    const lines: string[] = []
    for (const [k, name] of classes.entries())
      for (let i = k; i < count; i += 3) {
        const raw = { width: side, height: side, channels: 1 } as const
        await sharp(pixels.subarray(i * size, (i + 1) * size), { raw })
          .toColourspace('b-w')
          .png()
          .toFile(join(home, 'pictures', name, `${String(i).padStart(2, '0')}.png`))
        lines.push(`${name},${row(i)}`)
      }
    const folder = await createCatalogue(home).import({ format: 'images', path: join(home, 'pictures') })
    const table = await importText(home, `label,${names}\n${lines.join('\n')}`, {
      label: 'label',
      as: 'images',
    })
    assert.equal(table.meta.id, folder.meta.id)
  })

  test('in colour are those of CIFAR, planes or pixels first, and it is said where nothing told which', async (t) => {
    const home = await tempFolder(t)
    const records = cifarRecords([...cyclic(6, 2)].map((label) => [label]))
    await writeFile(join(home, 'data_batch_1.bin'), records)
    const { meta, folder } = await createCatalogue(home).import({ format: 'cifar', path: home })
    const { examples } = await openDataset(folder)
    assert.ok(examples instanceof Uint8Array)
    const planar = Array.from({ length: 6 }, (_, i) => row(i, records, 3073)).join('\n')
    const together = Array.from({ length: 6 }, (_, i) => `${i % 2},${row(i, examples, 3072)}`).join('\n')
    const options = { label: 0, header: false, as: 'images' } as const
    const planes = await importText(home, planar, { ...options, layout: 'planar' })
    assert.deepEqual([planes.meta.id, planes.notes], [meta.id, []])
    const mixed = await importText(home, together, { ...options, layout: 'interleaved' })
    assert.equal(mixed.meta.id, meta.id)
    const named = `label,${Array.from({ length: 1024 }, (_, p) => `r${p},g${p},b${p}`).join(',')}\n${together}`
    const told = await importText(home, named, { label: 'label', as: 'images' })
    assert.deepEqual([told.meta.id, told.notes], [meta.id, []])
    const [note = ''] = (await importText(home, planar, options)).notes
    assert.match(
      note,
      /do not say how the colours lie.*layout (planar|interleaved)\)\. If the images look wrong/,
    )
  })

  test('are a table unless the user says otherwise, and that is said', async (t) => {
    const home = await tempFolder(t)
    const table = await importText(home, digits, { label: 'label' })
    assert.equal(table.meta.kind, 'table')
    assert.match(table.notes.join(), /81 columns look like images of 9 × 9 pixels.*--as images/)
    assert.deepEqual((await importText(home, digits, { label: 'label', as: 'table' })).notes, [])
  })

  test('are refused with row and column where a cell is no level, or where they are no square', async (t) => {
    const home = await tempFolder(t)
    const refuse = (text: string, words: RegExp, choices = {}) =>
      refused(home, () => importText(home, text, { label: 'label', as: 'images', ...choices }), words)
    const spoil = (cell: string) => digits.replace(/^2,(\d+),(\d+)/m, `2,$1,${cell}`)
    for (const cell of ['256', '-1', '0.5', '', 'NaN', 'x'])
      await refuse(spoil(cell), new RegExp(`line 4, column "pixel1": "${cell}" is no level of a pixel`))
    await refuse(digits.replaceAll(/,\d+$/gm, ',1,1'), /line 2 has 83 cells/)
    await refuse(digits.replaceAll(/,[^,]+$/gm, ''), /80 columns beside the label are no square image/)
    await refuse(digits.replace(/^2,/m, ','), /line 4, column "label": the cell is empty/)
    await refuse(digits.replace(/^2,/m, 'NA,'), /"NA" \(line 4\) is no label/)
    await refuse(digits, /pixels of images are never categorical/, { categorical: ['pixel3'] })
    await refuse(digits, /layout of colours \(planar\) is for rows that are images/, {
      as: 'table',
      layout: 'planar',
    })
    await refuse(digits.slice(digits.indexOf('\n') + 1), /--no-header/, { label: 0 })
    await refuse(digits.slice(0, digits.indexOf('\n') + 1), /no row of data/)
  })
})
