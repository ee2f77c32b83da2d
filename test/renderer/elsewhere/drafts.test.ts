import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { LogRun } from '../../../shared/api/elsewhere.ts'
import { importEventFiles } from '../../../shared/api/eventFiles.ts'
import { importPredictions } from '../../../shared/api/outsidePredictions.ts'
import type { TagRole } from '../../../shared/run/tagRoles.ts'
import {
  emptyLogDraft,
  logInput,
  mergedTags,
  roleOf,
  whyNothing,
  withRole,
} from '../../../src-renderer/elsewhere/logDraft.ts'
import {
  emptyPredictionsDraft,
  placeOf,
  predictionsInput,
  withFiles,
} from '../../../src-renderer/elsewhere/predictionsDraft.ts'

const logRun = (
  name: string,
  roles: Readonly<Record<string, TagRole>>,
  known: LogRun['known'] = null,
): LogRun => ({
  name,
  folder: `/logs/${name}`,
  files: 1,
  bytes: 100,
  known,
  tags: Object.entries(roles).map(([tag, role], i) => ({
    name: tag,
    points: 10 * (i + 1),
    firstStep: i,
    lastStep: 100 + i,
    lastWallTime: 1000 + name.length,
    lastValue: name.length,
    role,
  })),
  moreTags: 0,
  hyperparameters: {},
  lastEventAt: 1000,
  notes: [],
})

describe('the tags of a log', () => {
  const runs = [
    logRun('a', { gnorm: 'other', 'train/loss': 'trainLoss', lr0: 'learningRate', lr1: 'other' }),
    logRun('long', { 'train/loss': 'trainLoss', eta: 'learningRate' }),
  ]
  const tagOf = (name: string) => {
    const found = mergedTags(runs).find((tag) => tag.name === name)
    assert.ok(found)
    return found
  }

  test('are added up over its runs, those with a role first', () => {
    assert.deepEqual(
      mergedTags(runs).map(({ name }) => name),
      ['train/loss', 'lr0', 'eta', 'gnorm', 'lr1'],
    )
    const { points, runs: count, firstStep, lastStep, lastValue } = tagOf('train/loss')
    assert.deepEqual([points, count, firstStep, lastStep, lastValue], [30, 2, 0, 101, 4])
  })

  test('hold a role once in a run; a tag of another run keeps it', () => {
    const draft = withRole(emptyLogDraft, runs, tagOf('lr1'), 'learningRate')
    assert.deepEqual(draft.roles, { lr0: 'other', lr1: 'learningRate' })
    assert.equal(roleOf(tagOf('eta'), draft), 'learningRate')
    const back = withRole(draft, runs, tagOf('lr0'), 'learningRate')
    assert.deepEqual(back.roles, {}, 'what its name says is not said again')
  })

  test('are fixed where all runs that have them were imported before', () => {
    const known = { id: 'r', name: 'r', isFollowed: false }
    const tags = mergedTags([logRun('a', { x: 'other', y: 'other' }, known), logRun('b', { y: 'other' })])
    assert.deepEqual(
      tags.map(({ name, isFixed }) => [name, isFixed]),
      [
        ['x', true],
        ['y', false],
      ],
    )
  })

  test('become what the host takes; a name is of a single run', () => {
    const draft = { ...emptyLogDraft, name: ' mine ', follow: true, roles: { lr1: 'learningRate' } as const }
    assert.deepEqual(importEventFiles.parse(logInput('/logs', draft, runs)), {
      path: '/logs',
      follow: true,
      tagRoles: { lr1: 'learningRate' },
    })
    assert.equal(logInput('/logs', draft, runs.slice(0, 1)).name, 'mine')
  })

  test('must be there, unless what comes is followed', () => {
    const empty = [logRun('a', {})]
    assert.match(whyNothing(empty, emptyLogDraft) ?? '', /No scalars/)
    assert.equal(whyNothing(empty, { ...emptyLogDraft, follow: true }), undefined)
    assert.equal(whyNothing(runs, emptyLogDraft), undefined)
  })
})

describe('the form of predictions', () => {
  const files = withFiles(emptyPredictionsDraft, ['/p/c10.npy', '/p/c2.npy', '/p/c2.npy']).files
  const draft = { ...emptyPredictionsDraft, files }
  const dataset = { name: 'clouds', validation: 0.2, test: 0.1, seed: 7 }
  const run = { id: 'r1', datasetId: 'abc', spec: { dataset } }

  test('takes files once each, in the order of their numbers', () => {
    assert.deepEqual(
      files.map(({ path }) => path),
      ['/p/c2.npy', '/p/c10.npy'],
    )
  })

  test('asks for what the host takes, by each kind of right answers', () => {
    const inputs = [
      { ...draft, column: 'y', as: 'logits' as const, name: ' mine ' },
      { ...draft, labelsFrom: 'file' as const, labels: ' /p/y.npy ' },
      { ...draft, labelsFrom: 'dataset' as const, dataset: 'iris', validation: '0.2', seed: '3' },
      { ...draft, labelsFrom: 'run' as const, run: 'r1', part: 'validation' as const },
    ].map((each) => {
      const ready = predictionsInput(each, [run])
      assert.ok('input' in ready)
      return importPredictions.parse(ready.input)
    })
    assert.deepEqual(
      inputs.map(({ labels, dataset: of, part, as, name }) => [labels, of, part, as, name]),
      [
        ['y', undefined, 'test', 'logits', 'mine'],
        ['/p/y.npy', undefined, 'test', undefined, undefined],
        [undefined, { name: 'iris', validation: 0.2, test: 0.2, seed: 3 }, 'test', undefined, undefined],
        [undefined, { ...dataset, name: run.datasetId }, 'validation', undefined, undefined],
      ],
    )
    const named = predictionsInput({ ...draft, files: files.with(1, { path: 'b', name: 'swa' }) }, [])
    assert.ok('input' in named)
    assert.deepEqual(named.input.memberNames, ['', 'swa'])
  })

  test('says at its field what is missing', () => {
    const missing = [
      emptyPredictionsDraft,
      { ...draft, labelsFrom: 'file' as const },
      { ...draft, labelsFrom: 'dataset' as const },
      { ...draft, labelsFrom: 'dataset' as const, dataset: 'iris', test: 'some' },
      { ...draft, labelsFrom: 'run' as const, run: 'gone' },
    ].map((each) => {
      const ready = predictionsInput(each, [run])
      return 'field' in ready ? ready.field : undefined
    })
    assert.deepEqual(missing, ['files', 'labels', 'dataset', 'dataset', 'dataset'])
  })

  test('puts what the host refuses where it belongs, without flags of the command line', () => {
    const place = (refusal: string, from = 'files' as const) =>
      placeOf(refusal, { labelsFrom: from, labels: '/p/y.npy' }).field
    const sums =
      'While reading a.csv: 1 of 2 rows do not sum to 1 (first: row 0, 1.2), so it is not plain what the numbers are; say that they are logits (--logits) or probabilities (--probabilities).'
    assert.deepEqual(placeOf(sums, emptyPredictionsDraft), {
      field: 'as',
      words:
        'While reading a.csv: 1 of 2 rows do not sum to 1 (first: row 0, 1.2), so it is not plain what the numbers are; say that they are logits or probabilities.',
    })
    assert.equal(
      place('While reading predictions: there are no labels to judge them by; name a column.'),
      'labels',
    )
    assert.equal(
      place('While reading a.npy: it has 5 rows, and there are 2000 labels (y.npy); give predictions.'),
      'labels',
    )
    assert.equal(
      placeOf(
        'While reading a.npy: it has 3 classes, and fashion-mnist-12k has 10; give one column a class.',
        { labelsFrom: 'dataset', labels: '' },
      ).field,
      'dataset',
    )
    assert.equal(place('While opening /p/a.npy: there is no such file or folder; check the path.'), 'files')
    assert.equal(
      placeOf('While opening /p/y.npy: there is no such file or folder; check the path.', {
        labelsFrom: 'file',
        labels: '/p/y.npy',
      }).field,
      'labels',
    )
  })
})
