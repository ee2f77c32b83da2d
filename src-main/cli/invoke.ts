import { type Command, CommanderError } from 'commander'
import { UserError, wordsOf } from '../../shared/errors.ts'
import { visibleText } from '../../shared/visibleText.ts'
import type { ExitCode } from './exitCode.ts'
import { oneLine } from './oneLine.ts'
import { buildProgram } from './program.ts'
import { Interrupted, OutputClosed, type Terminal } from './terminal.ts'

/** Runs one command line to its end. Never throws. */
export async function invoke(args: readonly string[], given: Terminal): Promise<ExitCode> {
  // Sentences name runs, data sets and files as users called them.
  const terminal: Terminal = { ...given, err: (text) => given.err(visibleText(text)) }
  const session: { exitCode: ExitCode } = { exitCode: 0 }
  const setExitCode = (code: ExitCode): void => {
    session.exitCode = code
  }
  const program = buildProgram({ terminal, setExitCode })
  try {
    await program.parseAsync(args.length === 0 ? ['--help'] : [...args], { from: 'user' })
    return session.exitCode
  } catch (error) {
    if (error instanceof CommanderError && error.code === 'commander.help') {
      terminal.err(`${missingCommand(program, args)}\n`)
      return 2
    }
    return explain(error, terminal)
  }
}

/** "runs" alone: which commands there are below it. */
function missingCommand(program: Command, args: readonly string[]): string {
  const group = program.commands.find((command) => command.name() === args[0])
  const names = (group ?? program).commands.map((command) => command.name())
  return `Say what to do with ${group?.name() ?? 'anneal'}: ${names.join(', ')}; see "anneal ${group?.name() ?? ''} --help".`
}

function explain(error: unknown, terminal: Terminal): ExitCode {
  if (error instanceof OutputClosed) return 0
  if (error instanceof Interrupted) {
    terminal.err('Interrupted.\n')
    return 130
  }
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0
    terminal.err(`${argumentSentence(error.message)}\n`)
    return 2
  }
  if (error instanceof UserError) {
    terminal.err(`${oneLine(error.message)}\n${error.picture && `${error.picture}\n`}`)
    return 2
  }
  const words = wordsOf(error)
  terminal.err(`Anneal failed: ${oneLine(words)}\n`)
  if (terminal.env.ANNEAL_DEBUG && error instanceof Error) terminal.err(`${error.stack}\n`)
  return 1
}

/** "error: unknown option '--sepc'\n(Did you mean --spec?)" becomes one sentence. */
function argumentSentence(message: string): string {
  const text = oneLine(message.replace(/^error: /, ''))
  const sentence = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.?)]$/.test(sentence) ? sentence : `${sentence}.`
}
