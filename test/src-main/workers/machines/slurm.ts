import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createMachines, type Machine } from './machines.ts'
import { type Answer, sh } from './sh.ts'

export interface TestSlurm {
  /** Which all nodes see, gone at the end. */
  readonly folder: string
  /** For programs that are to find sbatch, squeue, scontrol and scancel of it: SLURM_CONF. */
  readonly env: NodeJS.ProcessEnv
  readonly nodes: readonly Machine[]
  /** At which nodes reach this process. */
  readonly hostAddress: string
  /** Runs a line of shell with those. */
  sh(script: string): Promise<Answer>
  /** What its daemons have written, for a test that fails. */
  logs(): string
  close(): Promise<void>
}

/**
 * A real Slurm of two nodes of one processor each: munged with a key of its own, slurmctld and two slurmd, each in a network
 * namespace. The partition `low` is the usual one; jobs of `high` preempt its jobs, which are told by SIGTERM, killed 10 s
 * after, and requeued by Slurm. A requeued job begins again after 5 s, not the usual 2 minutes.
 */
export async function startSlurm(): Promise<TestSlurm> {
  const { folder, machines, hostAddress, close } = await createMachines(['control', 'n1', 'n2'])
  try {
    const [control, ...nodes] = machines
    if (control === undefined) throw new Error('no machine for slurmctld')
    const conf = configure(folder, control, nodes)
    await startMunge(folder, control)
    const daemon = (machine: Machine, program: string, args: readonly string[]) => {
      const log = openSync(path.join(folder, `${machine.name}.log`), 'a')
      return machine.spawn(program, ['-D', '-f', conf, ...args], { stdio: ['ignore', log, log] })
    }
    const daemons = [daemon(control, 'slurmctld', ['-c']), ...nodes.map((node) => daemon(node, 'slurmd', []))]
    const env = { ...process.env, SLURM_CONF: conf }
    const logs = () => readLogs(folder)
    await untilIdle(env, nodes.length, daemons, logs)
    return {
      folder: path.join(folder, 'shared'),
      env,
      nodes,
      hostAddress,
      sh: (script) => sh(script, env),
      logs,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

function configure(folder: string, control: Machine, nodes: readonly Machine[]): string {
  for (const name of ['state', ...nodes.map(({ name }) => `spool-${name}`)])
    mkdirSync(path.join(folder, name))
  const names = nodes.map(({ name }) => name).join(',')
  const lines = [
    'ClusterName=anneal',
    `SlurmctldHost=${control.name}(${control.address})`,
    'SlurmUser=root',
    'AuthType=auth/munge',
    `AuthInfo=socket=${folder}/munge.socket,cred_expire=5`,
    'CredType=cred/munge',
    'MpiDefault=none',
    'ProctrackType=proctrack/linuxproc',
    'TaskPlugin=task/none',
    'JobAcctGatherType=jobacct_gather/none',
    'AccountingStorageType=accounting_storage/none',
    'JobCompType=jobcomp/none',
    'SelectType=select/cons_tres',
    'SelectTypeParameters=CR_CPU',
    'PreemptType=preempt/partition_prio',
    'PreemptMode=REQUEUE',
    'SlurmctldParameters=preempt_send_user_signal',
    'SchedulerParameters=sched_interval=1,bf_interval=1,sched_min_interval=0,batch_sched_delay=0',
    'SlurmdParameters=config_overrides',
    'ReturnToService=2',
    'KillWait=5',
    'SlurmdTimeout=10',
    `StateSaveLocation=${folder}/state`,
    `SlurmdSpoolDir=${folder}/spool-%n`,
    `SlurmctldPidFile=${folder}/slurmctld.pid`,
    `SlurmdPidFile=${folder}/slurmd-%n.pid`,
    ...nodes.map(
      ({ name, address }) => `NodeName=${name} NodeAddr=${address} CPUs=1 RealMemory=1000 State=UNKNOWN`,
    ),
    `PartitionName=low Nodes=${names} Default=YES PriorityTier=1 PreemptMode=REQUEUE GraceTime=10 MaxTime=INFINITE`,
    `PartitionName=high Nodes=${names} PriorityTier=10 PreemptMode=OFF MaxTime=INFINITE`,
  ]
  const conf = path.join(folder, 'slurm.conf')
  writeFileSync(conf, `${lines.join('\n')}\n`)
  writeFileSync(path.join(folder, 'cgroup.conf'), 'CgroupPlugin=cgroup/v1\n')
  return conf
}

/** One for all of them: they share the disk. */
async function startMunge(folder: string, machine: Machine): Promise<void> {
  writeFileSync(path.join(folder, 'munge.key'), Buffer.alloc(128, 7), { mode: 0o400 })
  const own = ['key-file=munge.key', 'socket=munge.socket', 'pid-file=munge.pid', 'log-file=munge.log']
  const options = [...own, 'seed-file=munge.seed'].map((option) => `--${option.replace('=', `=${folder}/`)}`)
  const daemon = machine.spawn('munged', ['--force', '--num-threads=2', ...options], { stdio: 'ignore' })
  // It goes into the background once its socket is there.
  const [status] = await once(daemon, 'exit')
  if (status !== 0) throw new Error(`munged did not start: ${readLogs(folder)}`)
}

async function untilIdle(
  env: NodeJS.ProcessEnv,
  count: number,
  daemons: readonly ChildProcess[],
  logs: () => string,
): Promise<void> {
  const deadline = performance.now() + 20_000
  for (;;) {
    const { stdout } = await sh('sinfo -h -N -p low -o %T', env)
    if (stdout.split('\n').filter((state) => state === 'idle').length === count) return
    if (daemons.some((daemon) => daemon.exitCode !== null) || performance.now() > deadline)
      throw new Error(`Slurm did not start; nodes: ${stdout}\n${logs()}`)
    await setTimeout(50)
  }
}

function readLogs(folder: string): string {
  const names = readdirSync(folder).filter((name) => name.endsWith('.log'))
  return names
    .map((name) => `${name}:\n${readFileSync(path.join(folder, name), 'utf8').slice(-3000)}`)
    .join('\n')
}
