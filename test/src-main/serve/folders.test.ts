import assert from 'node:assert/strict'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import sharp from 'sharp'
import type { ImportOptions } from '../../../shared/data/importOptions.ts'
import { createServices } from '../../../src-main/api/index.ts'
import { boundServices, type FolderBounds } from '../../../src-main/serve/folders.ts'
import { openLab } from '../runs/lab.ts'

/* What a browser may read of this machine's files, on a real disk. */

const table = 'a,b,c\n1,2,x\n3,4,y\n'

async function machine(t: TestContext) {
  const lab = await openLab()
  t.after(() => lab.close())
  const at = (...names: string[]) => path.join(lab.home, ...names)
  for (const folder of ['user/data', 'user/.ssh', 'user/anneal', 'disk/.cache', 'disk2'])
    mkdirSync(at(folder), { recursive: true })
  for (const file of [
    'user/data/t.csv',
    'user/.ssh/id.csv',
    'user/anneal/own.csv',
    'disk/t.csv',
    'disk/.cache/t.csv',
    'disk2/t.csv',
  ])
    writeFileSync(at(file), table)
  symlinkSync(at('disk2'), at('user/data/link'))
  symlinkSync(at('user/.ssh/id.csv'), at('user/data/key.csv'))
  symlinkSync(at('user/data'), at('disk/back'))
  const bounded = (more: Partial<FolderBounds> = {}) =>
    boundServices(createServices(lab.core, 'browser'), {
      home: at('user'),
      own: at('user/anneal'),
      named: [],
      ...more,
    }).datasets
  const reads = async (file: string, more?: Partial<FolderBounds>) => {
    const datasets = bounded(more)
    const columns = await datasets.columns({ path: at(file), delimiter: ',', header: true }).then(
      ({ length }) => length,
      (error: Error) => error.message,
    )
    return columns
  }
  return { at, lab, bounded, reads }
}

const refused =
  /While opening \S+: a browser may read what lies in .+, and nothing that is hidden in .+ --allow-folder/

test('of the user’s own folder all is read but what is hidden and Anneal’s own files, whatever links say', async (t) => {
  const { reads } = await machine(t)
  assert.equal(await reads('user/data/t.csv'), 3)
  assert.equal(await reads('user/data/../data/t.csv'), 3)
  const closed = [
    'user/.ssh/id.csv',
    'user/data/../.ssh/id.csv',
    'user/data/key.csv',
    'user/data/link/t.csv',
    'user/anneal/own.csv',
    'disk/t.csv',
    'user/../disk/t.csv',
    'disk/absent.csv',
  ]
  for (const file of closed) assert.match(String(await reads(file)), refused, file)
  assert.match(
    String(await reads('user/data/absent.csv')),
    /no such file/,
    'what may be read says that it is not there',
  )
})

test('a folder that was named is read whole, and its neighbour of a like name is not', async (t) => {
  const { at, reads } = await machine(t)
  const named = { named: [at('disk')] }
  assert.equal(await reads('disk/t.csv', named), 3)
  assert.equal(await reads('disk/.cache/t.csv', named), 3)
  assert.match(String(await reads('disk2/t.csv', named)), refused)
  assert.equal(await reads('user/anneal/own.csv', { named: [at('user/anneal')] }), 3)
})

test('folders are shown as far as they may be read', async (t) => {
  const { at, bounded } = await machine(t)
  const datasets = bounded()
  assert.equal((await datasets.browse(at('user/data'))).parent, at('user'))
  assert.equal((await datasets.browse(at('user'))).parent, null)
  await assert.rejects(datasets.browse(at('disk')), refused)
  await assert.rejects(datasets.browse('/'), refused)
})

test('an import reads only what may be read, in each of its files', async (t) => {
  const { at, bounded } = await machine(t)
  const datasets = bounded()
  const steps = datasets.import(
    { format: 'csv', path: at('user/data/t.csv'), testPath: at('disk/t.csv'), label: 'c' },
    undefined,
  )
  await assert.rejects(async () => {
    for await (const _ of steps) assert.fail('nothing may be read')
  }, refused)
})

test('an import follows no link in its folders out of what may be read', async (t) => {
  const { at, bounded } = await machine(t)
  const png = await sharp({ create: { width: 2, height: 2, channels: 3, background: '#123' } })
    .png()
    .toBuffer()
  for (const folder of ['user/cats/a', 'user/cats/b', 'user/more', 'disk2/photos', 'user/cifar'])
    mkdirSync(at(folder), { recursive: true })
  for (const file of ['user/cats/a/1.png', 'user/cats/b/1.png', 'user/more/2.png', 'disk2/photos/1.png'])
    writeFileSync(at(file), png)
  writeFileSync(at('disk2/batch.bin'), new Uint8Array(3073))
  const imported = async (options: ImportOptions, more?: Partial<FolderBounds>): Promise<string> => {
    try {
      for await (const _ of bounded(more).import(options, undefined));
      return 'imported'
    } catch (error) {
      return String(error)
    }
  }
  const cats: ImportOptions = { format: 'images', path: at('user/cats') }
  symlinkSync(at('user/more/2.png'), at('user/cats/b/2.png'))
  assert.equal(await imported(cats), 'imported', 'a link within is followed')
  for (const [from, to] of [
    ['disk2/photos/1.png', 'user/cats/a/2.png'],
    ['disk2/photos', 'user/cats/c'],
    ['user/.ssh', 'user/cats/c'],
  ] as const) {
    symlinkSync(at(from), at(to))
    assert.match(await imported(cats), refused, to)
    rmSync(at(to))
  }
  symlinkSync(at('disk2/photos'), at('user/cats/c'))
  assert.equal(await imported(cats, { named: [at('disk2')] }), 'imported', 'what was named may be led to')
  symlinkSync(at('disk2/batch.bin'), at('user/cifar/data_batch_1.bin'))
  assert.match(await imported({ format: 'cifar', path: at('user/cifar') }), refused)
  assert.match(await imported({ format: 'images', path: at('user') }), refused, 'Anneal’s own folder')
})

test('logs and predictions are read within the same bounds, through every one of their doors', async (t) => {
  const { at, lab } = await machine(t)
  const { elsewhere } = boundServices(createServices(lab.core, 'browser'), {
    home: at('user'),
    own: at('user/anneal'),
    named: [],
  })
  const ended = async (steps: AsyncIterable<unknown>) => {
    for await (const _ of steps);
  }
  const outside = at('disk/t.csv')
  const inside = at('user/data/t.csv')
  const asked = { files: [inside], part: 'test' as const }
  const doors = [
    () => ended(elsewhere.previewLog(at('disk'), undefined)),
    () => ended(elsewhere.importLog({ path: at('disk'), follow: true, tagRoles: {} }, undefined)),
    () => elsewhere.lookAtPredictions({ path: at('user/data/key.csv') }),
    () => ended(elsewhere.previewPredictions({ ...asked, files: [inside, outside] }, undefined)),
    () => ended(elsewhere.importPredictions({ ...asked, labels: outside }, undefined)),
  ]
  for (const door of doors) await assert.rejects(door, /a browser may read what lies in/)
  assert.equal((await elsewhere.lookAtPredictions({ path: inside })).columns.length, 3)
})

test('examples to try a model on, and weights to begin with, are read within the same bounds', async (t) => {
  const { at, lab } = await machine(t)
  const { predictions, runs, studies } = boundServices(createServices(lab.core, 'browser'), {
    home: at('user'),
    own: at('user/anneal'),
    named: [],
  })
  symlinkSync(at('user'), at('user/round'))
  rmSync(at('user/data/link'))
  rmSync(at('user/data/key.csv'))
  const wordsOf = async (asked: () => Promise<unknown>): Promise<string> => {
    try {
      await asked()
      return 'answered'
    } catch (error) {
      return String(error)
    }
  }
  const tried = (examples: string) =>
    wordsOf(async () => {
      const answers = predictions.answer(
        { predictor: { type: 'snapshot', id: 1 }, examples: { type: 'path', path: at(examples) } },
        undefined,
      )
      for await (const _ of answers);
    })
  for (const outside of ['disk/t.csv', 'disk', 'user/.ssh/id.csv', 'user'])
    assert.match(await tried(outside), refused, outside)
  assert.match(await tried('user/data'), /looking for snapshot 1/, 'what may be read goes on to the model')
  symlinkSync(at('user/data'), at('user/data/round'))
  assert.match(await tried('user/data'), /looking for snapshot 1/, 'no link leads round and round')
  symlinkSync(at('user/.ssh/id.csv'), at('user/data/key.csv'))
  assert.match(await tried('user/data'), refused, 'a link in the folder')

  const initialWeights = { of: { file: at('disk/w.safetensors') }, partly: false }
  assert.match(await wordsOf(() => runs.launch({ spec: {}, when: 'queue', initialWeights })), refused)
  assert.match(await wordsOf(() => studies.launch({ kind: 'sweep', initialWeights })), refused)
  assert.doesNotMatch(await wordsOf(() => studies.launch({ kind: 'sweep' })), refused)
})

test('no folder is named whose content is run', async (t) => {
  const { at, lab } = await machine(t)
  const { useTensorflow } = boundServices(createServices(lab.core, 'browser'), {
    home: at('user'),
    own: at('user/anneal'),
    named: [at('disk')],
  }).lab
  await assert.rejects(
    useTensorflow({ environment: at('disk') }),
    /a browser may not name one.* "anneal tensorflow FOLDER"/,
  )
})
