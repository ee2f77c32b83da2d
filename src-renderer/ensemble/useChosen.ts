import { useMemo, useState } from 'react'
import { allTicked, type Membership, only, withTick } from '../../shared/ensemble/membership.ts'
import type { PredictionMethod } from '../../shared/ensemble/methods.ts'
import type { Start } from './useEnsemble.ts'
import type { ChosenBy } from './words.ts'

/** What a user can set of an ensemble: by snapshot, so that it stands before anything is read of them. */
export interface Acts {
  setMethod(method: PredictionMethod): void
  tick(snapshotId: number, on: boolean): void
  /** Every candidate, and whoever comes later. */
  tickAll(): void
  /** A weighted average of these with these shares, as long as nobody changes the members or the method. */
  setShares(shares: ReadonlyMap<number, number>, by?: 'validation'): void
  /** These and no other, also when more come. */
  tickOnly(snapshotIds: readonly number[], by?: 'validation'): void
}

export interface Chosen {
  readonly method: PredictionMethod
  readonly membership: Membership
  /** By snapshot, of a weighted average whose shares were set; undefined where they are chosen. */
  readonly given: ReadonlyMap<number, number> | undefined
  /** Who named the members, where not all are ticked. */
  readonly chooser: ChosenBy
  readonly acts: Acts
}

export function useChosen(start: Start | undefined): Chosen {
  const [method, setMethod] = useState<PredictionMethod>(start?.method ?? 'average')
  const [membership, setMembership] = useState<Membership>(() =>
    start?.snapshotIds === undefined ? allTicked : only(start.snapshotIds),
  )
  const [given, setGiven] = useState<ReadonlyMap<number, number> | undefined>(start?.shares)
  const [chooser, setChooser] = useState<ChosenBy>(start?.chosenBy ?? 'hand')
  const acts = useMemo(
    (): Acts => ({
      setMethod: (next) => {
        setGiven(undefined)
        setMethod(next)
      },
      tick: (id, on) => {
        setChooser('hand')
        setGiven(undefined)
        setMembership((before) => withTick(before, id, on))
      },
      tickAll: () => {
        setGiven(undefined)
        setMembership(allTicked)
      },
      setShares: (shares, by) => {
        setChooser(by ?? 'hand')
        setMembership(only([...shares.keys()]))
        setGiven(shares)
        setMethod('weighted')
      },
      tickOnly: (members, by) => {
        setChooser(by ?? 'hand')
        setGiven(undefined)
        setMembership(only(members))
      },
    }),
    [],
  )
  return useMemo(
    () => ({ method, membership, given, chooser, acts }),
    [method, membership, given, chooser, acts],
  )
}
