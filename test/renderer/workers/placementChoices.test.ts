import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Placement } from '../../../shared/worker/placement.ts'
import { freshDraft, keepDraft, recallDraft } from '../../../src-renderer/pages/new-run/model/draft.ts'
import {
  freshStudy,
  keepStudy,
  recallStudy,
  switchKind,
} from '../../../src-renderer/pages/studies/new/studyDraft.ts'
import {
  choiceOf,
  placementChoices,
  placementHelp,
  placementNote,
  placementOf,
  placementProblem,
} from '../../../src-renderer/workers/placementChoices.ts'
import { isAnywhere } from '../../../src-renderer/workers/workerWords.ts'
import { about, minutes, noon, worker, workersInfo } from './workers.ts'

const on: Placement = { at: 'worker', workerId: 'aaaaaaaa' }
const info = workersInfo({
  workers: [
    worker(),
    worker({ id: 'bbbbbbbb', name: 'attic', state: 'out', reason: 'No adapter.' }),
    worker({ id: 'cccccccc', name: 'mac', state: 'draining' }),
    worker({ id: 'dddddddd', name: 'far', outOfTouchSince: noon - minutes(8), about: about({ slots: [] }) }),
  ],
})

test('every place is a choice, and those that take nothing say why', () => {
  assert.deepEqual(
    placementChoices(info, null, noon).map(({ label, isDisabled }) => `${isDisabled ? 'not ' : ''}${label}`),
    [
      'here',
      'any worker',
      'gpu-box: 2 × NVIDIA H200',
      'not attic: out (No adapter)',
      'not mac: draining',
      'far, out of touch since 11:52',
    ],
  )
  const slurm = workersInfo({ slurm: { isReady: true, words: null } })
  assert.deepEqual(
    placementChoices(slurm, null, noon).map(({ value }) => value),
    ['here', 'slurm'],
  )
})

test('the jobs of Slurm are no machine to place a run on', () => {
  const jobs = workersInfo({ workers: [worker({ name: 'slurm-jobs' })] })
  assert.deepEqual(
    placementChoices(jobs, null, noon).map(({ value }) => value),
    ['here'],
  )
  assert.equal(isAnywhere(jobs), false)
})

test('a choice is the same after it was told as text', () => {
  for (const placement of [null, on, { at: 'anyWorker' }, { at: 'slurm' }] satisfies (Placement | null)[])
    assert.deepEqual(placementOf(choiceOf(placement)), placement)
  assert.equal(placementOf('worker nonsense!'), null)
})

test('the menu is there once there is more than here', () => {
  assert.equal(isAnywhere(workersInfo()), false)
  assert.equal(isAnywhere(info), true)
  assert.equal(isAnywhere(workersInfo({ slurm: { isReady: true, words: null } })), true)
})

test('what was chosen and is gone stays in the menu, and is refused in a sentence', () => {
  const gone: Placement = { at: 'worker', workerId: 'zzzzzzzz' }
  const [last] = placementChoices(info, gone, noon).slice(-1)
  assert.deepEqual(last, { value: 'worker zzzzzzzz', label: 'a worker that was removed', isDisabled: true })
  assert.match(placementProblem(gone, info, noon) ?? '', /Choose another place: a worker that was removed\./)
  assert.match(placementProblem({ at: 'worker', workerId: 'bbbbbbbb' }, info, noon) ?? '', /attic: out/)
  assert.equal(placementProblem(on, info, noon), undefined)
  assert.equal(placementProblem(null, info, noon), undefined)
  assert.match(placementProblem({ at: 'slurm' }, info, noon) ?? '', /Slurm: not ready/)
})

test('help says who takes it and what auto means there; a note says what it would wait for', () => {
  assert.match(placementHelp(on, info), /a free slot of gpu-box\. The device “auto”/)
  assert.equal(placementNote(on, 'auto', info), undefined)
  assert.equal(placementNote(on, 'cuda', info), undefined)
  assert.match(placementNote(on, 'webgpu', info) ?? '', /gpu-box has no webgpu device/)
  const none = { ...info, queue: { state: 'none', address: null, words: null, offers: 0 } } as const
  assert.match(placementNote({ at: 'anyWorker' }, 'auto', none) ?? '', /no queue yet/)
})

test('the place is kept with the drafts of a run and of a study, whatever its kind', () => {
  const shelf = new Map<string, string>()
  const kept = {
    getItem: (key: string) => shelf.get(key) ?? null,
    setItem: (key: string, value: string) => void shelf.set(key, value),
    removeItem: (key: string) => void shelf.delete(key),
  }
  keepDraft(kept, { ...freshDraft(), placement: on })
  assert.deepEqual(recallDraft(kept)?.placement, on)
  keepStudy(kept, switchKind(freshStudy('sweep', undefined, undefined, on), 'budget'))
  assert.deepEqual(recallStudy(kept)?.placement, on)
  // Drafts of before, and nonsense, train here.
  for (const placement of [undefined, { at: 'moon' }]) {
    shelf.set('anneal.newRun', JSON.stringify({ ...freshDraft(), placement }))
    assert.equal(recallDraft(kept)?.placement, null)
  }
})
