import type { ExitCode } from '../../../src-main/cli/exitCode.ts'
import { invoke } from '../../../src-main/cli/invoke.ts'
import type { Terminal } from '../../../src-main/cli/terminal.ts'

export interface Outcome {
  readonly code: ExitCode
  readonly out: string
  readonly err: string
}

/** Runs a command line in this process, with a terminal that only remembers. */
export async function invokeHere(
  home: string,
  args: readonly string[],
  options: {
    readonly columns?: number
    readonly onInterrupt?: Terminal['onInterrupt']
    readonly env?: Terminal['env']
  } = {},
): Promise<Outcome> {
  let out = ''
  let err = ''
  const terminal: Terminal = {
    async out(text) {
      out += typeof text === 'string' ? text : Buffer.from(text).toString('utf8')
    },
    err(text) {
      err += text
    },
    screen: undefined,
    columns: options.columns ?? 100,
    env: { ...options.env, ANNEAL_HOME: home },
    onInterrupt: options.onInterrupt ?? (() => () => undefined),
  }
  return { code: await invoke(args, terminal), out, err }
}
