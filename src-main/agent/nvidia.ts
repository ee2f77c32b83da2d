import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/* The NVIDIA GPUs of this machine and who uses them, as the driver's own program says. */

export interface NvidiaGpu {
  /** As the driver counts, from 0. */
  readonly index: number
  /** "GPU-..."; what CUDA_VISIBLE_DEVICES takes, whatever order CUDA counts in. */
  readonly uuid: string
  readonly name: string
  /** Bytes. */
  readonly memory: number
  readonly memoryUsed: number
  /** Process ids that compute on it. In a container the driver may not tell them. */
  readonly processes: readonly number[]
}

/** Milliseconds. A driver that has lost a GPU may hang. */
const within = 10_000
const mebibyte = 2 ** 20

/** @throws Error in words a user reads: the driver is there and does not answer · @returns [] where there is no such driver */
export async function nvidiaGpus(): Promise<NvidiaGpu[]> {
  const rows = await ask('--query-gpu=index,uuid,name,memory.total,memory.used')
  if (rows === undefined || rows.length === 0) return []
  const users = (await ask('--query-compute-apps=gpu_uuid,pid')) ?? []
  const chosen = process.env.CUDA_VISIBLE_DEVICES
  return rows
    .map(([index, uuid = '', name = '', total, used]) => ({
      index: Number(index),
      uuid,
      name,
      memory: Number(total) * mebibyte,
      memoryUsed: Number(used) * mebibyte,
      processes: users.filter(([gpu]) => gpu === uuid).map(([, pid]) => Number(pid)),
    }))
    .filter((gpu) => Number.isInteger(gpu.index) && gpu.uuid !== '' && isChosen(gpu, chosen))
}

/** Cells of its table; undefined where the program is not there, or finds no driver. */
async function ask(query: string): Promise<string[][] | undefined> {
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', [query, '--format=csv,noheader,nounits'], {
      timeout: within,
      killSignal: 'SIGKILL',
      windowsHide: true,
    })
    const lines = stdout.split('\n').filter((line) => line.trim() !== '')
    return lines.map((line) => line.split(',').map((cell) => cell.trim()))
  } catch (error) {
    const { code, killed, stdout = '' } = describe(error)
    if (code === 'ENOENT' || code === 'EACCES') return undefined
    if (killed) throw new Error(`nvidia-smi did not answer within ${within / 1000} s`, { cause: error })
    // 6: no devices; 9: no driver is loaded.
    if (code === 6 || code === 9) return undefined
    throw new Error(`nvidia-smi failed (${stdout.trim().split('\n')[0] || `status ${code}`})`, {
      cause: error,
    })
  }
}

function describe(error: unknown): { code?: unknown; killed?: boolean; stdout?: string } {
  if (!(error instanceof Error)) return {}
  return {
    ...('code' in error && { code: error.code }),
    ...('killed' in error && { killed: error.killed === true }),
    ...('stdout' in error && typeof error.stdout === 'string' && { stdout: error.stdout }),
  }
}

/** Whoever started this worker (a user, Slurm) may have given it some of the GPUs alone: by index, or by a beginning of the uuid. */
function isChosen({ index, uuid }: Pick<NvidiaGpu, 'index' | 'uuid'>, chosen: string | undefined): boolean {
  if (chosen === undefined) return true
  return chosen
    .split(',')
    .map((each) => each.trim())
    .some((each) => each === String(index) || (each.startsWith('GPU-') && uuid.startsWith(each)))
}

/** What others may hold of an idle GPU's memory: a desktop's windows do. */
const spare = ({ memory }: NvidiaGpu): number => Math.max(1.5 * 2 ** 30, memory * 0.05)

/**
 * Why nothing should train on it now; undefined where nobody else uses it.
 * @param isOurs whether a process belongs to this worker
 */
export function whyBusy(gpu: NvidiaGpu, isOurs: (pid: number) => boolean): string | undefined {
  const others = gpu.processes.filter((pid) => !isOurs(pid))
  const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`
  if (others.length > 0) {
    const who = `process${others.length > 1 ? 'es' : ''} ${others.slice(0, 4).join(', ')}`
    return `somebody else computes on it: ${who}${others.length > 4 ? ' and more' : ''}`
  }
  if (gpu.memoryUsed > spare(gpu))
    return `somebody else fills it: ${gibibytes(gpu.memoryUsed)} of ${gibibytes(gpu.memory)} are taken`
  return undefined
}
