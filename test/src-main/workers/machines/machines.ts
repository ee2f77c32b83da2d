import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { type Answer, sh, shOrThrow } from './sh.ts'

/*
 * Machines that are network namespaces of this one: each has an address of its own on one bridge, on which this process has
 * one too, and a host name of its own. They share the disk. A cut swallows packets and tells nobody, as a pulled cable does.
 *
 *   this process ── bridge 10.213.K.1 ──┬── m1 10.213.K.11
 *                                       └── m2 10.213.K.12
 *
 * Whatever becomes of the test, a keeper clears up: its standard input ends with this process.
 */

export interface Machine {
  /** Its host name. */
  readonly name: string
  readonly address: string
  /** Begins a program there. The process id is the program's own. */
  spawn(command: string, args: readonly string[], options?: SpawnOptions): ChildProcess
  /** Runs a program there to its end. */
  run(command: string, args: readonly string[], options?: SpawnOptions): Promise<Answer>
  /** No packet comes in or goes out any more; connections stay open and hear nothing. */
  cut(): Promise<void>
  mend(): Promise<void>
  /** Both ways, kilobits a second; null: as fast as it goes. */
  slow(kilobits: number | null): Promise<void>
}

export interface Machines {
  /** Temporary, with everything in it gone at the end, and what is mounted there: also a shared folder, since all machines see this disk. */
  readonly folder: string
  /** At which machines reach this process, and programs begun outside of any machine. */
  readonly hostAddress: string
  readonly machines: readonly Machine[]
  /** Kills every process of every machine, and leaves nothing. */
  close(): Promise<void>
}

/** @param names of the machines, or how many: then they are m1, m2 and so on */
export async function createMachines(names: number | readonly string[]): Promise<Machines> {
  const all = typeof names === 'number' ? Array.from({ length: names }, (_, index) => `m${index + 1}`) : names
  const folder = mkdtempSync(path.join(tmpdir(), 'anneal-machines-'))
  mkdirSync(path.join(folder, 'shared'))
  const net = await takeNet()
  const keeper = startKeeper(net, folder, all.length)
  try {
    const machines = []
    for (const [index, name] of all.entries()) machines.push(await createMachine(net, index + 1, name))
    return { folder, hostAddress: `10.213.${net}.1`, machines, close: () => endKeeper(keeper) }
  } catch (error) {
    await endKeeper(keeper)
    throw error
  }
}

const bridgeOf = (net: number): string => `anneal${net}`
const namespaceOf = (net: number, index: number): string => `anneal${net}-${index}`
const outerOf = (net: number, index: number): string => `ann${net}v${index}`

/** The bridge is the claim of its net: no two can have one name. */
async function takeNet(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const net = randomInt(1, 255)
    const { status } = await sh(`ip link add ${bridgeOf(net)} type bridge`)
    if (status !== 0) continue
    await shOrThrow(`ip addr add 10.213.${net}.1/24 dev ${bridgeOf(net)} && ip link set ${bridgeOf(net)} up`)
    return net
  }
  throw new Error('no network of 10.213.0.0/16 is free, or bridges cannot be made here')
}

async function createMachine(net: number, index: number, name: string): Promise<Machine> {
  const namespace = namespaceOf(net, index)
  const outer = outerOf(net, index)
  const inside = `ip netns exec ${namespace}`
  const address = `10.213.${net}.${10 + index}`
  await shOrThrow(
    `ip netns add ${namespace} && ip link add ${outer} type veth peer name eth0 netns ${namespace} &&
    ip link set ${outer} master ${bridgeOf(net)} up && ip -n ${namespace} link set lo up &&
    ip -n ${namespace} addr add ${address}/24 dev eth0 && ip -n ${namespace} link set eth0 up`,
  )
  // `ip netns exec` would hide /sys/fs/cgroup, which slurmd looks for.
  const enter = [
    `--net=/run/netns/${namespace}`,
    ...['unshare', '--uts', 'sh', '-c', 'hostname "$0" && exec "$@"', name],
  ]
  const begin = (command: string, args: readonly string[], options: SpawnOptions = {}) =>
    spawn('nsenter', [...enter, command, ...args], options)
  return {
    name,
    address,
    spawn: begin,
    run: (command, args, options = {}) => answerOf(begin(command, args, { ...options, stdio: 'pipe' })),
    cut: () =>
      shOrThrow(
        `${inside} iptables -w -I INPUT -i eth0 -j DROP && ${inside} iptables -w -I OUTPUT -o eth0 -j DROP`,
      ),
    mend: () => shOrThrow(`${inside} iptables -w -F INPUT && ${inside} iptables -w -F OUTPUT`),
    slow: (kilobits) => shOrThrow(slowCommand(namespace, outer, kilobits)),
  }
}

function slowCommand(namespace: string, outer: string, kilobits: number | null): string {
  const there = `tc -n ${namespace} qdisc`
  if (kilobits === null)
    return `${there} del dev eth0 root 2>/dev/null; tc qdisc del dev ${outer} root 2>/dev/null; true`
  const filter = `root tbf rate ${kilobits}kbit burst 16kb latency 400ms`
  return `${there} replace dev eth0 ${filter} && tc qdisc replace dev ${outer} ${filter}`
}

async function answerOf(child: ChildProcess): Promise<Answer> {
  if (child.stdout === null || child.stderr === null) throw new Error('the program has no output to read')
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { status: typeof status === 'number' ? status : null, stdout, stderr }
}

function startKeeper(net: number, folder: string, count: number): ChildProcess {
  const clear = Array.from({ length: count }, (_, at) => namespaceOf(net, at + 1)).map(
    (namespace) => `
      while pids=$(ip netns pids ${namespace} 2>/dev/null) && [ -n "$pids" ]; do kill -9 $pids 2>/dev/null; sleep 0.05; done
      ip netns del ${namespace} 2>/dev/null`,
  )
  const script = `cat >/dev/null; ${clear.join('\n')}
    ip link del ${bridgeOf(net)} 2>/dev/null
    for mounted in $(awk -v folder="$0/" 'index($2, folder) == 1 { print $2 }' /proc/mounts); do umount -l "$mounted"; done
    rm -rf "$0" || { sleep 0.3; rm -rf "$0"; }`
  // A session of its own: an interrupt at the terminal is not meant for it.
  return spawn('sh', ['-c', script, folder], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
}

async function endKeeper(keeper: ChildProcess): Promise<void> {
  if (keeper.exitCode !== null) return
  const gone = once(keeper, 'exit')
  keeper.stdin?.end()
  await gone
}
