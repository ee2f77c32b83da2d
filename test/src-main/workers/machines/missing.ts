import { accessSync, constants } from 'node:fs'
import path from 'node:path'

const usual = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin']

/**
 * Why a test of several machines cannot run here, in one line for `t.skip`; undefined where it can.
 * @param programs that it needs besides those of the network
 */
export function missingForMachines(...programs: readonly string[]): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are of Linux'
  if (process.getuid?.() !== 0) return 'network namespaces need root'
  const lacking = ['ip', 'tc', 'iptables', 'nsenter', 'unshare', ...programs].filter(
    (program) => !isInstalled(program),
  )
  return lacking.length === 0 ? undefined : `not installed here: ${lacking.join(', ')}`
}

/** As `missingForMachines`, for `startSlurm`. */
export const missingForSlurm = (): string | undefined =>
  missingForMachines('munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'scontrol', 'scancel')

function isInstalled(program: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), ...usual].filter(
    (folder) => folder !== '',
  )
  return folders.some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
