import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { parseOrExplain, UserError, wordsOf } from '../../shared/errors.ts'
import { sourcesFolder } from '../process/plainNode.ts'

/* `<home>/workers/slurm.json`: how jobs are submitted, as the user has written it. Lines that begin with // are comments. */

const oneLine = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\r\n\0]*$/, 'must be one line')
/** A word of a #SBATCH line. */
const word = oneLine(200).regex(/^\S+$/, 'must be without blanks')
const folder = oneLine(1000).regex(/^\//, 'must be an absolute path')

const fields = z.strictObject({
  partition: word.nullable().default(null),
  account: word.nullable().default(null),
  qos: word.nullable().default(null),
  /** The longest that one job may take; what is not done by then goes on in the next job. */
  time: word
    .regex(
      /^(\d+|\d+:\d\d|\d+:\d\d:\d\d|\d+-\d+(:\d\d){0,2})$/,
      'must be a time of Slurm, as "4:00:00" or "1-00:00:00"',
    )
    .nullable()
    .default(null),
  gpus: z.int().min(0).max(64).default(0),
  cpus: z.int().min(1).max(1024).default(2),
  memory: word
    .regex(/^\d+[KMGT]?$/, 'must be a size of Slurm, as "4G"')
    .nullable()
    .default('4G'),
  /** Further options of sbatch, each "--constraint=a100" or the like. */
  options: z
    .array(
      oneLine(500)
        .regex(/^-/, 'must begin with -')
        .regex(/^(?!-J|--job-name)/, 'must leave the name of a job as it is: by that its jobs are known'),
    )
    .max(50)
    .default([]),
  /** Lines of shell before the worker begins, as "module load cuda". */
  before: z.array(oneLine(2000)).max(50).default([]),
  /** Seconds before the time limit at which a run keeps its state and makes room for its next job. */
  warning: z.int().min(5).max(3600).default(120),
  /** Jobs of one array that run at a time; null: as many as Slurm lets. */
  atOnce: z.int().min(1).max(10_000).nullable().default(null),
  /** "user@login.cluster": sbatch is run there by ssh. null: sbatch is on this machine. */
  login: word.regex(/^[^-]/, 'must not begin with -').nullable().default(null),
  /** A folder that every node sees: scripts, logs, what runs have said but not delivered yet, the worker's token. */
  folder,
  /** Where this machine sees that folder, where that is elsewhere. */
  folderHere: folder.nullable().default(null),
  /** Where the nodes find this program, with its packages installed. */
  program: folder,
  /** folder: nodes and this machine talk through the folder; https: nodes reach this machine over the network. */
  transport: z.enum(['folder', 'https']).default('folder'),
})
export const slurmSettings = fields.refine(
  // Else each job would be warned as it begins, and make room for the next one, for ever.
  ({ time, warning }) => time === null || secondsOf(time) > warning,
  { path: ['time'], error: 'must be longer than "warning"' },
)
export type SlurmSettings = z.infer<typeof slurmSettings>

/** Of a time as sbatch reads it: minutes, minutes:seconds, hours:minutes:seconds; days- before hours, hours:minutes and so on. */
function secondsOf(time: string): number {
  const [clock = '', days = '0'] = time.split('-').reverse()
  const [first = 0, second = 0, third = 0] = clock.split(':').map(Number)
  const isFromHours = time.includes('-') || clock.split(':').length === 3
  const seconds = isFromHours ? first * 3600 + second * 60 + third : first * 60 + second
  return Number(days) * 86_400 + seconds
}

export const settingsFile = (home: string): string => path.join(home, 'workers', 'slurm.json')

/** The shared folder as this machine sees it. */
export const folderHere = (settings: Pick<SlurmSettings, 'folder' | 'folderHere'>): string =>
  settings.folderHere ?? settings.folder

/** @returns undefined where there is no such file. @throws UserError where it is not what it should be */
export function readSlurmSettings(home: string): SlurmSettings | undefined {
  const file = settingsFile(home)
  if (!existsSync(file)) return undefined
  const doing = `reading the settings of Slurm in ${file}`
  let content: unknown
  try {
    content = JSON.parse(readFileSync(file, 'utf8').replace(/^\s*\/\/.*$/gm, ''))
  } catch (error) {
    const why = wordsOf(error)
    throw new UserError(`While ${doing}: ${why}; mend the file, or delete it and run "anneal slurm setup".`)
  }
  return parseOrExplain(slurmSettings, content, doing)
}

/** Writes a file to begin with, where none is. @returns whether it was written */
export function writeFirstSettings(home: string): boolean {
  const file = settingsFile(home)
  if (existsSync(file)) return false
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, firstSettings(path.join(home, 'slurm'), path.resolve(sourcesFolder(), '..')))
  return true
}

const firstSettings = (
  folder: string,
  program: string,
): string => `// How Anneal submits runs to Slurm. Lines that begin with // are comments; null leaves an option to the cluster.
{
  "partition": null,
  "account": null,
  "qos": null,
  // The longest that one job may take ("4:00:00", "1-00:00:00"); what is not done by then goes on in the next job.
  "time": "4:00:00",
  "gpus": 0,
  "cpus": 2,
  "memory": "4G",
  // Further options of sbatch, as "--constraint=a100".
  "options": [],
  // Lines of shell before the worker begins, as "module load cuda".
  "before": [],
  // Seconds before the time limit at which a run keeps its state and makes room for its next job.
  "warning": 120,
  // Jobs of one array that run at a time.
  "atOnce": null,
  // "user@login.cluster" where sbatch is reached by ssh; null where it is on this machine.
  "login": null,
  // A folder that every node sees; "folderHere" says where this machine sees it, where that is elsewhere.
  "folder": ${JSON.stringify(folder)},
  "folderHere": null,
  // Where the nodes find this program, with its packages installed (npm ci).
  "program": ${JSON.stringify(program)},
  // "folder": nodes and this machine talk through the folder above, and need no network between them.
  // "https": nodes reach this machine over the network; needed where it does not see the folder.
  "transport": "folder"
}
`
