import type { ReactNode } from 'react'
import type { WorkersInfo } from '../../../shared/api/workers.ts'
import { machinesOf, queueWords, type Tone } from '../../workers/workerWords.ts'
import { CopyButton } from '../new-run/CopyButton.tsx'
import { Patience } from './Patience.tsx'
import classes from './Workers.module.css'

/** What this machine does for its workers: the queue that carries offers, the address that listens, patience, Slurm. */
export function HostFacts({ info }: { readonly info: WorkersInfo }) {
  const { queue, slurm } = info
  const { tone, word, text } = queueWords(queue)
  // Jobs of Slurm hear of their runs by Slurm.
  const isUsed = machinesOf(info).length > 0
  return (
    <section aria-labelledby="workers-host" className={classes.host}>
      <h2 id="workers-host">This host</h2>
      <dl className={classes.facts}>
        {isUsed && <Listening info={info} />}
        {isUsed && (
          <Fact name="Queue" tone={tone} word={word}>
            {queue.state === 'none' ? <ServeQueue /> : <span>{text}</span>}
          </Fact>
        )}
        {isUsed && (
          <div className={classes.fact}>
            <dt id="patience">Patience</dt>
            <dd>
              <Patience key={info.patience} stored={info.patience} />
            </dd>
          </div>
        )}
        <Fact
          name="Slurm"
          tone={slurm.isReady ? 'fine' : 'plain'}
          word={slurm.isReady ? 'ready' : 'not set up'}
        >
          <span>{slurm.words ?? (slurm.isReady ? 'Runs can be submitted as jobs.' : '')}</span>
        </Fact>
      </dl>
    </section>
  )
}

function Listening({ info: { address, problem } }: { readonly info: WorkersInfo }) {
  if (address === null)
    return (
      <Fact name="Address" tone="attention" word="nothing listens">
        <span>{problem ?? 'Workers find this host when anneal serve or the app is open.'}</span>
      </Fact>
    )
  return (
    <Fact name="Address" tone={problem === null ? 'fine' : 'attention'} word="listens">
      <code>{address}</code>
      {problem !== null && <span>{problem}</span>}
    </Fact>
  )
}

const command = 'anneal workers serve-queue'

function ServeQueue() {
  return (
    <span className={classes.serve}>
      Runs wait until there is one. Start one on this machine: <code>{command}</code>
      <CopyButton text={command} words="Copy" />
    </span>
  )
}

interface FactProps {
  readonly name: string
  readonly tone: Tone
  readonly word: string
  readonly children: ReactNode
}

function Fact({ name, tone, word, children }: FactProps) {
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd>
        <strong className={classes.word} data-tone={tone}>
          {word}
        </strong>
        {children}
      </dd>
    </div>
  )
}
