import { readFileSync } from 'node:fs'
import path from 'node:path'
import { workerProtocol } from '../../shared/worker/protocol.ts'
import { sourcesFolder } from '../process/plainNode.ts'

export interface JoinInvitation {
  /** How the other machine reaches this one: a name or an address, without brackets. */
  readonly host: string
  readonly port: number
  /** sha256 of the host's certificate (DER), hexadecimal. */
  readonly pin: string
  /** Works once. */
  readonly code: string
  readonly name: string
}

/**
 * What is to be pasted into a POSIX shell on the other machine. The script comes through standard input, so that the code
 * stands in no list of processes.
 */
export function joinCommand(invitation: JoinInvitation): string {
  const script = readFileSync(path.join(sourcesFolder(), 'workers', 'join.mjs'), 'utf8')
  const { host, port, pin, code, name } = invitation
  const filled = JSON.stringify({ host, port, pin, code, name, protocol: workerProtocol })
  // A function: a "$" in the text is not meant for `replace`.
  const text = script.replace(/^const invitation = .*$/m, () => `const invitation = ${filled}`)
  return `node --input-type=module - <<'ANNEAL'\n${text.trimEnd()}\nANNEAL`
}
