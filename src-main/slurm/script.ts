import path from 'node:path'
import type { SlurmSettings } from './settings.ts'

/** What a job is to train. */
export interface JobPlan {
  /** Of the job, and of its folder under jobs/: letters, digits and -. */
  readonly name: string
  /** More than one are an array: each element trains the run in its line of the file `runs`. */
  readonly runIds: readonly string[]
}

/** Of a job, as the nodes see it: its script, and the file `runs` of an array. */
export const jobFolder = (settings: SlurmSettings, { name }: Pick<JobPlan, 'name'>): string =>
  path.posix.join(settings.folder, 'jobs', name)

/**
 * The script of a job. The shell becomes the worker (exec), so that Slurm's signals reach it and its exit code is the job's.
 * Neither script nor environment hold a secret: the worker reads its token from a file of the folder that is its user's alone.
 */
export function jobScript(settings: SlurmSettings, plan: JobPlan): string {
  const { folder, program, before } = settings
  const quotedRuns = quote(path.posix.join(jobFolder(settings, plan), 'runs'))
  const isArray = plan.runIds.length > 1
  const run = isArray ? `$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" ${quotedRuns})` : (plan.runIds[0] ?? '')
  const node = quote(path.posix.join(program, 'node_modules/.bin/node'))
  const main = quote(path.posix.join(program, 'src-main/cli/main.ts'))
  const lines = [
    '#!/bin/sh',
    ...optionsOf(settings, plan).map((option) => `#SBATCH ${option}`),
    'umask 077',
    ...before,
    `run="${run}"`,
    `exec ${node} ${main} worker --once "$run" --folder ${quote(folder)}`,
  ]
  return `${lines.join('\n')}\n`
}

function optionsOf(settings: SlurmSettings, { name, runIds }: JobPlan): string[] {
  const { partition, account, qos, time, gpus, cpus, memory, options, warning, atOnce } = settings
  const isArray = runIds.length > 1
  const limit = atOnce === null ? '' : `%${atOnce}`
  const log = path.posix.join(settings.folder, 'logs', isArray ? '%x-%A_%a.log' : '%x-%j.log')
  return [
    `--job-name=${name}`,
    ...(partition === null ? [] : [`--partition=${partition}`]),
    ...(account === null ? [] : [`--account=${account}`]),
    ...(qos === null ? [] : [`--qos=${qos}`]),
    ...(time === null ? [] : [`--time=${time}`]),
    ...(gpus === 0 ? [] : [`--gpus=${gpus}`]),
    '--ntasks=1',
    `--cpus-per-task=${cpus}`,
    ...(memory === null ? [] : [`--mem=${memory}`]),
    ...(isArray ? [`--array=0-${runIds.length - 1}${limit}`] : []),
    // A job that was preempted, or whose node failed, begins again; its log goes on.
    '--requeue',
    '--open-mode=append',
    `--signal=B:USR2@${warning}`,
    `--output=${quoteOption(log)}`,
    `--chdir=${quoteOption(settings.folder)}`,
    // What else is set where the job is submitted stays there: it may be secret.
    '--export=HOME,USER,LOGNAME,LANG,PATH',
    ...options,
  ]
}

/** For a POSIX shell. */
export const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** For a #SBATCH line, whose words are split at blanks outside of double quotes. */
const quoteOption = (text: string): string =>
  /[\s"\\#]/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text
