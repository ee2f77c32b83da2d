import { type ChoiceRule, choiceRuleWords, memberChoices } from '../../shared/ensemble/memberChoices.ts'
import { UserError } from '../../shared/errors.ts'
import type { SnapshotRecord, Store } from '../store/types.ts'
import { loadPart } from './part.ts'
import type { MembersRequest } from './result.ts'
import { refuseOtherSplits, runsOf } from './sameSplit.ts'

/** Those that a rule chooses on validation, with their shares. @throws UserError where it cannot choose */
export function chooseMembers(
  store: Store,
  rule: ChoiceRule,
  snapshots: readonly SnapshotRecord[],
): MembersRequest['members'] {
  const runs = runsOf(store.read, snapshots)
  refuseOtherSplits('choosing members', runs)
  const validation = loadPart(store, snapshots, 'validation')
  if (validation === undefined) {
    throw new UserError(
      `While choosing members: they are chosen on validation data, and run ${runs[0]?.id ?? '(none)'} kept none; use the average.`,
    )
  }
  const [choice] = memberChoices(validation.members, validation.truth, [rule])
  if (choice === undefined) {
    throw new UserError(
      `While choosing members: "${choiceRuleWords[rule].title}" does not go with ${snapshots.length} snapshots; use greedy or fitted instead.`,
    )
  }
  return snapshots.flatMap(({ id }, k) => {
    const weight = choice.weights[k] ?? 0
    return weight > 0 ? [{ snapshotId: id, weight }] : []
  })
}
