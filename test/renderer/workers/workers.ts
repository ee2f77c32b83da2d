import type { WorkerInfo, WorkersInfo } from '../../../shared/api/workers.ts'
import type { RunPlace } from '../../../shared/worker/placement.ts'
import type { WorkerAbout } from '../../../shared/worker/protocol.ts'

/** Thin spaces as plain ones. */
export const plain = (text: string | undefined): string => (text ?? '').replaceAll('\u202f', ' ')

/** Noon of a day, in the time zone of the test. */
export const noon = new Date(2026, 10, 30, 12, 0, 0).getTime()
export const minutes = (count: number): number => count * 60_000

export const about = (changes: Partial<WorkerAbout> = {}): WorkerAbout => ({
  hostname: 'gpu-box.lab',
  platform: 'linux x64',
  processor: 'AMD EPYC 9654',
  cores: 16,
  memory: 137e9,
  node: '24.1.0',
  load: 0.62,
  diskFree: 812e9,
  slots: [
    { id: 0, classes: ['processor', 'cuda'], device: 'NVIDIA H200 (GPU 0)' },
    { id: 1, classes: ['processor', 'cuda'], device: 'NVIDIA H200 (GPU 1)' },
  ],
  ...changes,
})

export const worker = (changes: Partial<WorkerInfo> = {}): WorkerInfo => ({
  id: 'aaaaaaaa',
  name: 'gpu-box',
  state: 'joined',
  reason: null,
  about: about(),
  joinedAt: noon - minutes(600),
  seenAt: noon - 4000,
  outOfTouchSince: null,
  isOfThisBuild: true,
  training: [],
  ...changes,
})

export const workersInfo = (changes: Partial<WorkersInfo> = {}): WorkersInfo => ({
  workers: [],
  queue: { state: 'ready', address: '127.0.0.1:6390', words: null, offers: 0 },
  address: 'https://192.0.2.1:7342',
  problem: null,
  slurm: { isReady: false, words: 'No settings file.' },
  patience: minutes(30),
  ...changes,
})

export const place = (changes: Partial<RunPlace> = {}): RunPlace => ({
  placement: { at: 'anyWorker' },
  worker: null,
  slurm: null,
  contactAt: null,
  outOfTouchSince: null,
  failures: 0,
  orders: [],
  ...changes,
})
