import type { Command } from 'commander'
import { z } from 'zod'
import { UserError } from '../../../shared/errors.ts'
import { buildTensorflow, setTensorflow } from '../../devices/tensorflow/index.ts'
import { keepTensorflowIn } from '../../devices/tensorflow/kept.ts'
import { homeFolder } from '../../homeFolder.ts'
import { addJson, type Cli, jsonOption, printJson, readOptions } from '../context.ts'
import { examples } from '../help.ts'
import { wrap } from '../wrap.ts'

const options = z.object({ ...jsonOption, forget: z.boolean().default(false) })

export function addTensorflow(program: Command, cli: Cli): void {
  const command = addJson(program.command('tensorflow'))
    .argument('[environment]', 'folder of a Python environment with TensorFlow')
    .summary("train on TensorFlow of a Python environment: the device cuda, for NVIDIA's GPUs")
    .description(
      'Take the TensorFlow of a Python environment for the device cuda, and build what connects it once. Without a folder it is the one that ANNEAL_TENSORFLOW, the setting, VIRTUAL_ENV or CONDA_PREFIX names, in this order. The build takes a C++ compiler, and npm the first time.',
    )
    .option('--forget', 'set none any more; the environment itself stays as it is')
    .addHelpText(
      'after',
      examples([
        [
          'anneal tensorflow ~/tf',
          'after python3 -m venv ~/tf and ~/tf/bin/pip install "tensorflow[and-cuda]"',
        ],
        ['anneal tensorflow', 'with the environment that is activated'],
        ['anneal devices', 'see whether it finds the GPU'],
      ]),
    )
  command.action(async () => {
    const { json, forget } = readOptions(command, options)
    const [environment] = command.args
    if (forget && environment !== undefined) {
      throw new UserError(
        `While reading the options of "anneal tensorflow": --forget takes no folder (received ${environment}); leave one of them out.`,
      )
    }
    keepTensorflowIn(homeFolder(cli.terminal.env))
    const wanted = forget ? null : environment
    const tell = (): void => void cli.terminal.err('Building what connects TensorFlow: up to a minute.\n')
    const onBuild = json ? undefined : tell
    const state = await (wanted === undefined ? buildTensorflow(onBuild) : setTensorflow(wanted, onBuild))
    if (json) return printJson(cli, state)
    await cli.terminal.out(`${wrap(state.words, cli.terminal.columns)}\n`)
  })
}
