/** Where a command writes, and how it learns of Ctrl+C: the process's own streams, or a test's. */
export interface Terminal {
  /** The one result. Resolves once the reader has room for more. @throws OutputClosed when nobody reads any more */
  out(text: string | Uint8Array): Promise<void>
  /** Progress, warnings and the error sentence. Never throws: a closed terminal must not end a run. */
  err(text: string): void
  /** A live terminal for progress bars; undefined where standard error is a file or a pipe. */
  readonly screen: NodeJS.WriteStream | undefined
  /** Columns of the narrower of the terminals; 100 where there is none. */
  readonly columns: number
  readonly env: Readonly<Record<string, string | undefined>>
  /** Calls back on the first, second, ... interrupt until the returned function is called. */
  onInterrupt(listener: (times: number) => void): () => void
}

/** Standard output was closed by its reader (`anneal ... | head`): not a failure. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed'
}

/** Ctrl+C has ended the command before it was done. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

const fallbackColumns = 100
const samePress = 300

/** The process's own streams. Interrupts nobody listens to end the process with status 130. */
export function processTerminal(): Terminal {
  const closed = { out: false, err: false }
  process.stdout.on('error', () => {
    closed.out = true
  })
  process.stderr.on('error', () => {
    closed.err = true
  })
  const interrupts = listenForInterrupts()
  const tty = process.stderr.isTTY === true
  return {
    out: (text) =>
      new Promise((resolve, reject) => {
        if (closed.out) return reject(new OutputClosed('standard output is closed'))
        process.stdout.write(text, (error) =>
          error ? reject(new OutputClosed('standard output is closed')) : resolve(),
        )
      }),
    err(text) {
      if (!closed.err) process.stderr.write(text)
    },
    screen: tty ? process.stderr : undefined,
    columns: columnsOf(process.stdout) ?? columnsOf(process.stderr) ?? fallbackColumns,
    env: process.env,
    onInterrupt: interrupts,
  }
}

function columnsOf(stream: NodeJS.WriteStream): number | undefined {
  return stream.isTTY && stream.columns > 0 ? stream.columns : undefined
}

function listenForInterrupts(): Terminal['onInterrupt'] {
  const listeners = new Set<(times: number) => void>()
  let times = 0
  let last = Number.NEGATIVE_INFINITY
  const interrupted = (): void => {
    const now = performance.now()
    // npm passes on a Ctrl+C that the terminal has sent to this process too: two signals, one key press.
    if (now - last < samePress) return
    last = now
    times += 1
    if (listeners.size === 0) process.exit(130)
    for (const listener of listeners) listener(times)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupted)
  return (listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
}
