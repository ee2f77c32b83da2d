// Makes this machine a worker of an Anneal lab: fetches the program of that lab from its host and installs it into one folder.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import http from 'node:http'
import { homedir } from 'node:os'
import path from 'node:path'
import tls from 'node:tls'
import { gunzipSync } from 'node:zlib'

const invitation = { host: '', port: 0, pin: '', code: '', name: '', protocol: 0 }

const { host, port, pin, code, name, protocol } = invitation
const folder = path.resolve(process.env.ANNEAL_WORKER_FOLDER || path.join(homedir(), '.anneal-worker', name))
const workerFile = path.join(folder, 'worker.json')
let unfinished
const again = 'then paste the same command again'
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')
const stop = (sentence) => {
  throw Object.assign(new Error(sentence), { isSentence: true })
}

// Nothing is sent before the other side has shown the certificate of the invitation.
function ask(method, target, token, message) {
  const head = Buffer.alloc(4)
  head.writeUInt32LE(Buffer.byteLength(message))
  return new Promise((resolve, reject) => {
    const away = (error) =>
      reject(
        Object.assign(
          new Error(
            `The host ${host}:${port} cannot be reached from here (${error.code || error.message}): see that "anneal serve" runs there and that no firewall is between, ${again}.`,
          ),
          { isSentence: true },
        ),
      )
    const socket = tls.connect({ host, port, rejectUnauthorized: false }, () => {
      if (sha256(socket.getPeerCertificate().raw) !== pin) {
        socket.destroy()
        const other = `What answers at ${host}:${port} is not the host of this invitation (its certificate is another one): nothing was sent. Check the address.`
        return reject(Object.assign(new Error(other), { isSentence: true }))
      }
      const headers = {
        'content-type': 'application/octet-stream',
        ...(token && { authorization: `Bearer ${token}` }),
      }
      const options = { host, port, method, path: target, headers, createConnection: () => socket }
      const request = http.request(options, (answer) => {
        const parts = []
        answer.on('data', (part) => parts.push(part)).on('error', away)
        answer.on('end', () => resolve({ status: answer.statusCode, bytes: Buffer.concat(parts) }))
      })
      request.on('error', away)
      request.end(method === 'POST' ? Buffer.concat([head, Buffer.from(message)]) : undefined)
    })
    socket.on('error', away)
    socket.setTimeout(30_000, () => socket.destroy(new Error('no answer within 30 s')))
  })
}

const words = ({ bytes }) => JSON.parse(bytes.subarray(4).toString())
function answered(answer) {
  if (answer.status === 200) return answer
  if (answer.status === 401 || answer.status === 403) return stop(words(answer).reason)
  return stop(
    `The host ${host}:${port} cannot serve this now (status ${answer.status}): look at its log, ${again}.`,
  )
}

function check() {
  if (Number.parseInt(process.versions.node, 10) < 20)
    stop(`This is Node ${process.versions.node}, and a worker needs 20 or later: install that, ${again}.`)
  if (process.platform === 'win32')
    stop('A worker runs on Linux and macOS. On Windows, paste the command into WSL, which is a Linux.')
  if (spawnSync('npm', ['--version']).status !== 0)
    stop(`A worker needs npm, and none is found here: install it, ${again}.`)
  const known = fs.existsSync(workerFile) ? JSON.parse(fs.readFileSync(workerFile, 'utf8')) : {}
  if (known.pin && known.pin !== pin)
    stop(
      `${folder} belongs to a worker of another host (${known.host}:${known.port}): move that folder away, or set ANNEAL_WORKER_FOLDER to another one, ${again}.`,
    )
  return known
}

// The agent that runs in this folder.
function running() {
  const file = path.join(folder, 'worker.pid')
  const pid = fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8')) : 0
  if (pid < 2) return undefined
  const { stdout } = spawnSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })
  return String(stdout).includes(`worker --folder ${folder}`) ? pid : undefined
}

async function ended(pid) {
  console.log(`Ending the worker that runs here as process ${pid}, whose runs keep their state ...`)
  process.kill(pid, 'SIGTERM')
  for (const until = Date.now() + 60_000; running() === pid; await new Promise((go) => setTimeout(go, 100)))
    if (Date.now() > until) stop(`Process ${pid} does not end: end it, ${again}.`)
}

async function main() {
  const known = check()
  // What has been done before is not done again: a code works once, and something later may fail.
  const joinedBy = sha256(code)
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  let worker = known
  if (known.joinedBy !== joinedBy) {
    console.log(`Joining the lab at ${host}:${port} as ${name} ...`)
    const joined = words(answered(await ask('POST', '/v1/join', '', JSON.stringify({ code, protocol }))))
    worker = { host, port, pin, id: joined.workerId, name: joined.name, token: joined.token, joinedBy }
    fs.writeFileSync(`${workerFile}.new`, JSON.stringify(worker), { mode: 0o600 })
    fs.renameSync(`${workerFile}.new`, workerFile)
    worker = { ...worker, build: joined.build }
  }
  console.log('Fetching the program of that lab ...')
  const json = gunzipSync(answered(await ask('GET', '/v1/app', worker.token, '')).bytes)
  const build = sha256(json)
  if (worker.build && worker.build !== build)
    stop(`The program that came is not the one of that host: check the network, ${again}.`)

  const installed = path.join(folder, 'app', build)
  const app = fs.existsSync(installed) ? installed : `${installed}.part-${process.pid}`
  if (app !== installed) {
    console.log(`Installing it into ${folder}: about 800 MB, a minute or two ...`)
    unfinished = app
    for (const [file, content] of JSON.parse(json)) {
      fs.mkdirSync(path.dirname(path.join(app, file)), { recursive: true })
      fs.writeFileSync(path.join(app, file), content.base64 ? Buffer.from(content.base64, 'base64') : content)
    }
  }
  const installer = path.join(app, 'src-main', 'agent', 'install.mjs')
  // It says itself what is wrong.
  if (spawnSync(process.execPath, [installer, folder], { stdio: ['ignore', 2, 2] }).status !== 0)
    return process.exit(1)

  const launcher = path.join(folder, 'worker')
  const before = running()
  if (before && known.joinedBy === joinedBy)
    return console.log(`${worker.name} is a worker of ${host} already, as process ${before}.`)
  if (before) await ended(before)
  const log = path.join(folder, 'worker.log')
  const output = fs.openSync(log, 'a', 0o600)
  const agent = spawn(launcher, { detached: true, stdio: ['ignore', output, output] })
  agent.unref()
  console.log(
    `${worker.name} is a worker of ${host} now, and runs in the background as process ${agent.pid}.`,
  )
  console.log(`Its log: ${log}`)
  console.log(
    `To start it again, after this machine was off for instance: '${launcher.replaceAll("'", "'\\''")}'`,
  )
}

main().catch((error) => {
  if (unfinished) fs.rmSync(unfinished, { recursive: true, force: true })
  if (error.code === 'ENOSPC') console.error(`The disk of ${folder} is full: free 1 GB, ${again}.`)
  else if (error.isSentence) console.error(error.message)
  else
    console.error(`While making this machine a worker in ${folder}: ${error.message}; mend that, ${again}.`)
  process.exitCode = 1
})
