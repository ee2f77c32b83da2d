import assert from 'node:assert/strict'
import { mkdir, readdir, truncate, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import sharp from 'sharp'
import type { ImportStep } from '../../../shared/api/datasets.ts'
import { createDatasetServices } from '../../../src-main/api/datasets.ts'
import { openCore } from '../../../src-main/core.ts'
import { EMBEDDED, type ImportOptions } from '../../../src-main/datasets/index.ts'
import { refused, tempFolder, tree, writeIdxFolder } from '../datasets/fixtures.ts'

async function openLab(t: TestContext) {
  const home = await tempFolder(t)
  const core = openCore({ home, db: path.join(home, 'anneal.db') })
  t.after(() => core.close())
  return { home, core, datasets: createDatasetServices(core) }
}

type Lab = Awaited<ReturnType<typeof openLab>>

async function collect(steps: AsyncIterable<ImportStep>): Promise<ImportStep[]> {
  const all: ImportStep[] = []
  for await (const step of steps) all.push(step)
  return all
}

async function importAll({ datasets }: Lab, options: ImportOptions): Promise<ImportStep[]> {
  return collect(datasets.import(options, undefined))
}

async function importOne(lab: Lab, options: ImportOptions) {
  const last = (await importAll(lab, options)).at(-1)
  assert.ok(last?.type === 'done')
  return last
}

/** Two classes, `dark` of 3 grey images and `pale` of 2, of 6 × 4 pixels. */
async function imageFolder(home: string): Promise<string> {
  const folder = path.join(home, 'shades')
  for (const [name, shades] of [
    ['dark', [10, 20, 30]],
    ['pale', [200, 220]],
  ] as const) {
    await mkdir(path.join(folder, name), { recursive: true })
    for (const shade of shades) {
      const image = sharp({
        create: { width: 6, height: 4, channels: 3, background: { r: shade, g: shade, b: shade } },
      })
      await writeFile(
        path.join(folder, name, `${shade}.png`),
        await image.toColourspace('b-w').png().toBuffer(),
      )
    }
  }
  return folder
}

const cards = 'weight,colour,suit\n1,red,heart\n2,black,spade\n3,red,heart\n'

async function cardTable(home: string, name = 'cards.csv', text = cards): Promise<string> {
  const file = path.join(home, name)
  await writeFile(file, text)
  return file
}

describe('the list of data sets', () => {
  test('tells of each what is in it', async (t) => {
    const lab = await openLab(t)
    const folder = await imageFolder(lab.home)
    await importOne(lab, { format: 'images', path: folder, license: 'CC0' })
    await importOne(lab, { format: 'csv', path: await cardTable(lab.home), label: 'suit' })
    const { whole, damaged } = await lab.datasets.list()
    assert.deepEqual(damaged, [])
    assert.deepEqual(
      whole.map(({ name }) => name),
      ['cards', EMBEDDED.name, 'shades'],
    )
    const [table, embedded, images] = whole
    assert.deepEqual(
      [images?.kind, images?.shape, images?.classes, images?.trainPerClass, images?.testPerClass],
      ['image', [4, 6, 1], ['dark', 'pale'], [3, 2], [0, 0]],
    )
    assert.equal(images?.license, 'CC0')
    assert.equal(images?.bytes, 5 * (24 + 2))
    assert.deepEqual(table?.features, ['weight', 'colour=black', 'colour=red'])
    assert.deepEqual(
      [table?.classes, table?.trainPerClass],
      [
        ['heart', 'spade'],
        [2, 1],
      ],
    )
    assert.equal(embedded?.embedded, true)
    assert.deepEqual(embedded?.trainPerClass, new Array(10).fill(1000))
    assert.equal(table?.embedded, false)
  })

  test('names the damaged ones and what is wrong, and still shows the others', async (t) => {
    const lab = await openLab(t)
    const folder = path.join(lab.home, 'source')
    await writeIdxFolder(folder, 9, 3)
    const { dataset } = await importOne(lab, { format: 'idx', path: folder, name: 'short' })
    const other = await importOne(lab, { format: 'csv', path: await cardTable(lab.home), label: 'suit' })
    await truncate(path.join(lab.home, 'datasets', dataset.id, 'examples.bin'), 100)
    // As long as it was, with a label of no class: found only when the labels are read.
    await writeFile(path.join(lab.home, 'datasets', other.dataset.id, 'labels.bin'), Buffer.alloc(6, 9))
    const { whole, damaged } = await createDatasetServices(lab.core).list()
    assert.deepEqual(
      whole.map(({ name }) => name),
      // Its labels were read before they broke, and what is stored under an id never changes.
      ['cards', EMBEDDED.name],
    )
    assert.deepEqual(
      damaged.map(({ id }) => id),
      [dataset.id],
    )
    assert.match(damaged[0]?.problem ?? '', /examples\.bin has 100 bytes where meta\.json promises 240/)
    const anew = openCore({ home: lab.home, db: path.join(lab.home, 'anneal.db') })
    t.after(() => anew.close())
    const later = await createDatasetServices(anew).list()
    assert.deepEqual(later.damaged.map(({ id }) => id).sort(), [dataset.id, other.dataset.id].sort())
  })
})

describe('an import', () => {
  test('counts up to all its examples and ends with what was stored', async (t) => {
    const lab = await openLab(t)
    const steps = await importAll(lab, { format: 'images', path: await imageFolder(lab.home) })
    const done = steps.flatMap((step) => (step.type === 'progress' ? [step.done] : []))
    assert.ok(done.length > 0)
    assert.deepEqual(
      done,
      done.toSorted((a, b) => a - b),
    )
    assert.ok(steps.every((step) => step.type === 'done' || (step.total === 5 && step.done <= 5)))
    const last = steps.at(-1)
    assert.ok(last?.type === 'done')
    assert.equal(last.dataset.trainCount, 5)
    assert.deepEqual(last.warnings, [])
  })

  test('says so when the content or the name is there already', async (t) => {
    const lab = await openLab(t)
    const file = await cardTable(lab.home)
    const first = await importOne(lab, { format: 'csv', path: file, label: 'suit', name: 'deck' })
    const again = await importOne(lab, { format: 'csv', path: file, label: 'suit', name: 'cards' })
    assert.equal(again.dataset.id, first.dataset.id)
    assert.deepEqual(again.warnings, [
      'The same examples were stored before, as deck; cards is another name of them now.',
    ])
    const other = await cardTable(lab.home, 'other.csv', `${cards}4,red,club\n`)
    const namesake = await importOne(lab, { format: 'csv', path: other, label: 'suit', name: 'deck' })
    assert.match(namesake.warnings[0] ?? '', new RegExp(`called deck too.*${namesake.dataset.id}`))
  })

  test('warns of classes that a part has no example of', async (t) => {
    const lab = await openLab(t)
    const path = await cardTable(lab.home)
    const testPath = await cardTable(lab.home, 'test.csv', 'weight,colour,suit\n5,red,heart\n')
    const { warnings } = await importOne(lab, { format: 'csv', path, testPath, label: 'suit' })
    assert.deepEqual(warnings, ['No test example of class spade: no test can tell of that.'])
  })

  test('that is wrong is refused in one sentence and stores nothing', async (t) => {
    const lab = await openLab(t)
    const file = await cardTable(lab.home)
    const wrong: [ImportOptions, RegExp][] = [
      [{ format: 'csv', path: path.join(lab.home, 'nowhere.csv'), label: 'suit' }, /no such file or folder/],
      [{ format: 'csv', path: file, label: 'rank' }, /there is no column "rank"/],
      [{ format: 'idx', path: file, labels: file }, /magic number/],
      [{ format: 'csv', path: file, label: 'suit', name: EMBEDDED.name }, /belongs to the embedded/],
    ]
    for (const [options, words] of wrong) await refused(lab.home, () => importAll(lab, options), words)
  })

  test('that is ended leaves nothing behind', async (t) => {
    const lab = await openLab(t)
    const folder = await imageFolder(lab.home)
    const steps = lab.datasets.import({ format: 'images', path: folder }, undefined)[Symbol.asyncIterator]()
    assert.equal((await steps.next()).value?.type, 'progress')
    await steps.return?.()
    assert.deepEqual(await tree(path.join(lab.home, 'datasets')), [])
    const gone = new AbortController()
    gone.abort()
    const aborted = await collect(lab.datasets.import({ format: 'images', path: folder }, gone.signal))
    assert.ok(aborted.every(({ type }) => type === 'progress'))
    assert.deepEqual(await tree(path.join(lab.home, 'datasets')), [])
  })
})

describe('removing a data set', () => {
  test('is refused while a run needs it, and done after', async (t) => {
    const lab = await openLab(t)
    const { dataset } = await importOne(lab, {
      format: 'csv',
      path: await cardTable(lab.home, 'cards.csv', `weight,suit\n${'1,heart\n2,spade\n'.repeat(20)}`),
      label: 'suit',
    })
    const { id: run } = await lab.core.runs.enqueue({
      dataset: { name: 'cards' },
      model: { kind: 'softmax' },
      optimizer: { kind: 'sgd' },
      schedule: { kind: 'constant', lr: 0.1 },
      budget: { steps: 2 },
      batchSize: 1,
      name: 'waiting',
    })
    await assert.rejects(lab.datasets.remove(dataset.id), {
      message: `While removing the data set ${dataset.id}: run waiting (${run}) is queued with it; delete that run first.`,
    })
    assert.equal((await lab.datasets.list()).whole.find(({ id }) => id === dataset.id)?.runs, 1)
    lab.core.store.write.trashRuns([run])
    await lab.datasets.remove(dataset.id)
    assert.ok(!(await readdir(path.join(lab.home, 'datasets'))).includes(dataset.id))
  })

  test('the embedded one comes back', async (t) => {
    const lab = await openLab(t)
    await lab.datasets.list()
    await lab.datasets.remove(EMBEDDED.id)
    assert.deepEqual(
      (await lab.datasets.list()).whole.map(({ id }) => id),
      [EMBEDDED.id],
    )
  })
})

describe('a look inside', () => {
  test('rows of a table, with their class', async (t) => {
    const lab = await openLab(t)
    const { dataset } = await importOne(lab, {
      format: 'csv',
      path: await cardTable(lab.home),
      label: 'suit',
    })
    assert.deepEqual(await lab.datasets.sample(dataset.id), {
      features: ['weight', 'colour=black', 'colour=red'],
      rows: [
        { label: 'heart', values: [1, 0, 1] },
        { label: 'spade', values: [2, 1, 0] },
        { label: 'heart', values: [3, 0, 1] },
      ],
    })
    await assert.rejects(lab.datasets.sample(EMBEDDED.id), /it holds images/)
  })

  test('pictures of a class stand side by side, pixel by pixel', async (t) => {
    const lab = await openLab(t)
    const { dataset } = await importOne(lab, { format: 'images', path: await imageFolder(lab.home) })
    const png = await lab.core.catalogue.drawSamples(dataset.id, 0, 10)
    const { data, info } = await sharp(png).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true })
    assert.deepEqual([info.width, info.height], [18, 4])
    const row = [10, 20, 30].flatMap((shade) => new Array<number>(6).fill(shade))
    assert.deepEqual([...data], [...row, ...row, ...row, ...row])
    await assert.rejects(lab.core.catalogue.drawSamples(dataset.id, 2, 10), /there is no class 2/)
  })

  test('the columns of a table, with values to know them by, before anything is imported', async (t) => {
    const { home, datasets } = await openLab(t)
    const file = path.join(home, 'plants.csv')
    const rows = Array.from({ length: 5000 }, (_, i) => `${i};"${'abc'[i % 3]};";${'long '.repeat(20)}`)
    await writeFile(file, `\ufeff size ;kind;;kind\n${rows.map((row) => `${row};`).join('\n')}\n`)
    const options = { path: file, delimiter: ';', header: true }
    const long = `${'long '.repeat(20).slice(0, 39)}…`
    assert.deepEqual(await datasets.columns(options), [
      {
        ...{ name: 'size', samples: ['0', '1', '2', '3'], first: ['0', '1', '2', '3', '4'] },
        ...{ isNumeric: true, different: 100, rows: 100 },
      },
      {
        ...{ name: 'kind', samples: ['a;', 'b;', 'c;'], first: ['a;', 'b;', 'c;', 'a;', 'b;'] },
        ...{ isNumeric: false, different: 3, rows: 100 },
      },
      {
        ...{ name: 'column 2', samples: [long], first: [long, long, long, long, long] },
        ...{ isNumeric: false, different: 1, rows: 100 },
      },
      {
        ...{ name: 'kind', samples: [], first: ['', '', '', '', ''] },
        ...{ isNumeric: true, different: 0, rows: 100 },
      },
    ])
    const [first] = await datasets.columns({ ...options, header: false })
    assert.deepEqual(first, {
      name: 'column 0',
      samples: ['size', '0', '1', '2'],
      first: ['size', '0', '1', '2', '3'],
      ...{ isNumeric: false, different: 100, rows: 100 },
    })
    // What is wrong further on is the import's to say.
    await writeFile(file, `a,b\n${'1,2\n'.repeat(200)}1,2,3\n`)
    assert.equal((await datasets.columns({ ...options, delimiter: ',' })).length, 2)
    assert.equal((await datasets.columns(options)).length, 1)
    await writeFile(file, 'a,b\n1,2,3\n')
    await assert.rejects(datasets.columns({ ...options, delimiter: ',' }), /line 2 has 3 cells/)
    await assert.rejects(datasets.columns({ ...options, path: home }), /it is not a file/)
    await writeFile(file, '')
    assert.deepEqual(await datasets.columns(options), [])
  })

  test('a folder: folders first, numbers in their order, nothing hidden, and what it would be taken for', async (t) => {
    const lab = await openLab(t)
    const folder = await imageFolder(lab.home)
    for (const name of ['b10.csv', 'b9.csv', '.secret']) await writeFile(path.join(folder, name), 'x')
    const listing = await lab.datasets.browse(folder)
    assert.deepEqual(
      listing.entries.map(({ name, isFolder, bytes }) => [name, isFolder, bytes]),
      [
        ['dark', true, null],
        ['pale', true, null],
        ['b9.csv', false, 1],
        ['b10.csv', false, 1],
      ],
    )
    assert.deepEqual([listing.path, listing.parent, listing.format], [folder, lab.home, 'images'])
    assert.deepEqual(
      listing.pictures.map(({ name, files, height, width, bits }) => [name, files, height, width, bits]),
      [
        ['dark', 3, 4, 6, 8],
        ['pale', 2, 4, 6, 8],
      ],
    )
    const picture = Buffer.from(listing.pictures[0]?.picture.split(',')[1] ?? '', 'base64')
    assert.deepEqual(
      [...(await sharp(picture).toColourspace('b-w').raw().toBuffer())],
      new Array(24).fill(10),
    )
    await writeFile(path.join(lab.home, 'empty.csv'), '')
    const empty = await lab.datasets.browse(path.join(lab.home, 'empty.csv'))
    assert.equal(empty.format, null)
    assert.match(empty.problem ?? '', /empty\.csv: it is empty/)
    const file = await lab.datasets.browse(path.join(folder, 'b9.csv'))
    assert.deepEqual([file.parent, file.entries, file.format], [folder, [], 'csv'])
    await assert.rejects(lab.datasets.browse(path.join(folder, 'nowhere')), /no such file or folder/)
    assert.equal((await lab.datasets.browse('')).path, homedir())
  })
})
