import path from 'node:path'
import type { SlurmCommands } from './commands.ts'
import { elementOf, type KeptJob, type KeptJobs } from './keptJobs.ts'
import { type JobPlan, jobFolder, jobScript } from './script.ts'
import { folderHere, type SlurmSettings } from './settings.ts'

/** What of a run says with which others it is submitted. */
export interface Submittable {
  readonly id: string
  readonly studyId: string | null
}

/** Slurm's own limit (MaxArraySize) is 1001 where nobody has set it. */
const largestArray = 1000

/** The jobs of runs: those of a study are elements of arrays, in their order. @param stamp makes the names new */
export function jobPlans(runs: readonly Submittable[], stamp: string): JobPlan[] {
  const studies = Map.groupBy(runs, ({ id, studyId }) => studyId ?? `run ${id}`)
  return [...studies.values()].flatMap((group) => {
    const [first] = group
    const owner = first?.studyId ?? first?.id ?? ''
    return chunks(group, largestArray).map((chunk, index) => ({
      name: `anneal-${owner}-${stamp}${index === 0 ? '' : `-${index}`}`,
      runIds: chunk.map(({ id }) => id),
    }))
  })
}

const chunks = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size))

/** As whoever runs sbatch sees it: this machine, or the login node. */
const folderOf = (settings: SlurmSettings, plan: Pick<JobPlan, 'name'>): string =>
  jobFolder(settings.login === null ? { ...settings, folder: folderHere(settings) } : settings, plan)

/** Of a job that is over, or was refused. Whoever tries again and again would fill the folder. @throws SlurmAway */
export const removeJobFiles = (
  { settings, commands }: Readonly<{ settings: SlurmSettings; commands: SlurmCommands }>,
  plan: Pick<JobPlan, 'name'>,
): Promise<void> => commands.removeFiles(folderOf(settings, plan), ['runs', 'job.sh'])

/** Where a cluster takes no array as large: two of half the size. */
export function halves({ name, runIds }: JobPlan): JobPlan[] {
  const half = Math.ceil(runIds.length / 2)
  return [
    { name: `${name}a`, runIds: runIds.slice(0, half) },
    { name: `${name}b`, runIds: runIds.slice(half) },
  ]
}

/**
 * Submits one job. It is noted before sbatch is asked: a job whose number was never heard is found by its name.
 * @param tell gets each run with what its job is called
 * @throws SlurmAway, and UserError for what sbatch refuses
 */
export async function submitJob(
  {
    settings,
    commands,
    kept,
  }: Readonly<{ settings: SlurmSettings; commands: SlurmCommands; kept: KeptJobs }>,
  plan: JobPlan,
  tell: (runId: string, job: string) => void,
): Promise<KeptJob> {
  const folder = folderOf(settings, plan)
  await commands.putFile(path.posix.join(folder, 'runs'), `${plan.runIds.join('\n')}\n`)
  const script = path.posix.join(folder, 'job.sh')
  await commands.putFile(script, jobScript(settings, plan))
  const noted: KeptJob = { name: plan.name, job: null, runIds: [...plan.runIds], settled: [] }
  kept.put(noted)
  const job = await commands.submit(script)
  const submitted = { ...noted, job }
  kept.put(submitted)
  for (const [index, runId] of plan.runIds.entries()) tell(runId, elementOf(job, submitted, index))
  return submitted
}
