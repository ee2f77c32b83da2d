import { execFile } from 'node:child_process'
import { UserError } from '../../shared/errors.ts'
import { quote } from './script.ts'

/** A job or an element of an array, as Slurm has it. */
export interface JobState {
  /** "PENDING", "RUNNING" and so on. */
  readonly state: string
  /** "Resources", "Priority", "BeginTime"; null where Slurm gives none. */
  readonly reason: string | null
  /** The name that the job was given. */
  readonly name: string
}

/** Slurm's own commands, here or on a login node. */
export interface SlurmCommands {
  /** @param script a path where they run. @returns the job. @throws SlurmAway, and UserError for what sbatch refuses */
  submit(script: string): Promise<string>
  /** All jobs of this user that Slurm remembers, elements of arrays each: by "1234" or "1234_7". @throws SlurmAway */
  jobs(): Promise<Map<string, JobState>>
  /** Jobs that squeue has forgotten, by sacct; where no accounting is kept, none. @throws SlurmAway */
  ended(jobs: readonly string[]): Promise<Map<string, JobState>>
  /** Ends them; those that have ended are passed over. @throws SlurmAway */
  cancel(jobs: readonly string[]): Promise<void>
  /** @param content written whole, readable by the user alone. @throws SlurmAway */
  putFile(file: string, content: string): Promise<void>
  /** Removes files that were put, and their folder. Those that are gone are passed over. @throws SlurmAway */
  removeFiles(folder: string, names: readonly string[]): Promise<void>
}

/** Slurm, or the login node, cannot be reached now: in words, with what was being done. */
export class SlurmAway extends Error {}

/** @param login null: the commands are on this machine */
export function createSlurmCommands(
  login: string | null,
  env: NodeJS.ProcessEnv = process.env,
): SlurmCommands {
  const run = (words: readonly string[], input?: string) => runThere(login, env, words, input)

  async function must(words: readonly string[], input?: string): Promise<string> {
    const { status, stdout, stderr } = await run(words, input)
    if (status === 0) return stdout
    const where = login === null ? '' : ` on ${login}`
    throw new SlurmAway(
      `${words[0]}${where}: ${oneLineOf(stderr) || `it ended with ${status ?? 'a signal'}`}`,
    )
  }

  return {
    async submit(script) {
      const { status, stdout, stderr } = await run(['sbatch', '--parsable', script])
      const job = /^(\d+)/.exec(stdout.trim())?.[1]
      if (status === 0 && job !== undefined) return job
      const words = oneLineOf(stderr) || `it ended with ${status ?? 'a signal'}`
      if (
        /refused|timed out|Unable to contact|Connection|not found|No such file.*sbatch|socket/i.test(words) ||
        status === 255
      )
        throw new SlurmAway(`sbatch${login === null ? '' : ` on ${login}`}: ${words}`)
      throw new UserError(
        `While submitting ${script} to Slurm: sbatch refused it: ${words}; change its options in the settings file of "anneal slurm setup".`,
      )
    },
    async jobs() {
      const format = ['--noheader', '--array', '--states=all', '--me', '--format=%i|%T|%r|%j']
      return parseJobs(await must(['squeue', ...format]))
    },
    async ended(jobs) {
      if (jobs.length === 0) return new Map()
      const format = ['--noheader', '--parsable2', '--allocations', '--format=JobID,State,Reason,JobName']
      const { status, stdout } = await run(['sacct', ...format, `--jobs=${jobs.join(',')}`])
      return status === 0 ? parseJobs(stdout) : new Map()
    },
    async cancel(jobs) {
      // An argument list has an end.
      for (let at = 0; at < jobs.length; at += 500)
        await must(['scancel', '--quiet', ...jobs.slice(at, at + 500)])
    },
    async putFile(file, content) {
      // Whole under its name, whatever happens between.
      const script = 'umask 077; mkdir -p "$(dirname "$1")" && cat > "$1.new" && mv -f "$1.new" "$1"'
      await must(['sh', '-c', script, 'sh', file], content)
    },
    async removeFiles(folder, names) {
      const script =
        'cd -- "$1" 2>/dev/null || exit 0; shift; rm -f -- "$@"; cd .. && rmdir -- "$OLDPWD" 2>/dev/null; exit 0'
      await must(['sh', '-c', script, 'sh', folder, ...names])
    },
  }
}

/** Lines of "id|STATE|reason|name"; a state may go on ("CANCELLED by 1000"), a reason may be "None". */
export function parseJobs(text: string): Map<string, JobState> {
  const jobs = new Map<string, JobState>()
  for (const line of text.split('\n')) {
    const [id = '', state = '', reason = '', name = ''] = line.trim().split('|')
    if (!/^\d+(_\d+)?$/.test(id) || state === '') continue
    jobs.set(id, {
      state: state.split(' ')[0] ?? state,
      reason: reason === '' || reason === 'None' ? null : reason,
      name,
    })
  }
  return jobs
}

interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

function runThere(
  login: string | null,
  env: NodeJS.ProcessEnv,
  words: readonly string[],
  input = '',
): Promise<Ran> {
  const [command = '', ...rest] =
    login === null
      ? words
      : ['ssh', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=15', '--', login, words.map(quote).join(' ')]
  return new Promise((resolve) => {
    const limits = { timeout: 60_000, maxBuffer: 2 ** 27 }
    const child = execFile(command, rest, { ...limits, env, encoding: 'utf8' }, (error, stdout, stderr) => {
      const code = error?.code
      const status = error === null ? 0 : typeof code === 'number' ? code : null
      resolve({ status, stdout, stderr: stderr || (status === null && error ? error.message : stderr) })
    })
    // A program that is not there takes no input: its end says so.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
  })
}

const oneLineOf = (text: string): string =>
  text.trim().split('\n').filter(Boolean).slice(-2).join(' ').slice(0, 500)
