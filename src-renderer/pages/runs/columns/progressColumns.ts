import { isOurs } from '../../../../shared/run/kind.ts'
import { placeName } from '../../../../shared/worker/placeName.ts'
import { ago } from '../../../format/format.ts'
import { factsOf, secondsOf } from '../facts.ts'
import { type Column, hidden, seconds, shown, whole } from './column.ts'

const statusOrder = [
  'running',
  'paused',
  'created',
  'queued',
  'interrupted',
  'failed',
  'stopped',
  'completed',
]

/** What a run is and how far it is. */
export const identityColumns: readonly Column[] = [
  {
    id: 'name',
    label: 'Run',
    about: 'Name, tags, note',
    width: 180,
    grows: true,
    ...shown,
    value: (run) => run.name.toLowerCase(),
  },
  {
    id: 'status',
    label: 'Status',
    about: 'Status and progress',
    width: 104,
    ...shown,
    value: (run) => statusOrder.indexOf(run.status) - factsOf(run).progress,
  },
  {
    id: 'where',
    label: 'Where',
    about: 'Where it trains; hidden while all train here',
    width: 92,
    ...shown,
    value: (run) => placeName(run).toLowerCase(),
    text: placeName,
  },
  { id: 'ribbon', label: 'Rate', about: 'Learning rate over the plan', width: 100, ...shown },
  { id: 'spark', label: 'Accuracy', about: 'Accuracy by epoch', width: 84, ...shown, isScore: true },
]

/** What is stored of a run, and what it took. */
export const recordColumns: readonly Column[] = [
  {
    id: 'snapshots',
    label: 'Snapshots',
    about: 'Stored snapshots',
    width: 84,
    ...hidden,
    measure: whole,
    value: (run) => run.snapshots.length,
    highFirst: true,
  },
  {
    id: 'duration',
    label: 'Time',
    about: 'Time from start to end',
    width: 72,
    ...shown,
    measure: seconds,
    value: (run) => secondsOf(run),
    highFirst: true,
  },
  {
    id: 'samples',
    label: 'Samples',
    about: 'Examples trained on',
    width: 96,
    ...hidden,
    measure: whole,
    value: (run) => (isOurs(run) ? run.stepsDone * run.spec.batchSize : null),
    highFirst: true,
  },
  {
    id: 'created',
    label: 'Created',
    about: 'When it was made',
    width: 88,
    ...shown,
    value: (run) => run.createdAt,
    text: (run) => ago(run.createdAt),
    highFirst: true,
  },
  {
    id: 'tags',
    label: 'Tags',
    about: 'Tags',
    width: 120,
    ...hidden,
    value: (run) => run.tags.join(', ').toLowerCase() || null,
    text: (run) => run.tags.join(', '),
  },
  {
    id: 'note',
    label: 'Note',
    about: 'Note',
    width: 180,
    ...hidden,
    value: (run) => run.note.toLowerCase() || null,
    text: (run) => run.note,
  },
  { id: 'id', label: 'Id', about: 'Id', width: 130, ...hidden, value: (run) => run.id },
]
