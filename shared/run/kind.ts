import { z } from 'zod'

/** training: what a lab is about. rateTest: a range test, never counted as a training result. elsewhere: trained by another program. */
export const runKind = z.enum(['training', 'rateTest', 'elsewhere'])
export type RunKind = z.infer<typeof runKind>

/** Whether its spec and plan say what it is: of a run of another program they only stand in. */
export const isOurs = ({ kind }: { readonly kind: RunKind }): boolean => kind !== 'elsewhere'

/** Whether what a run comes to is a result, to be compared and ranked, whoever trained it. */
export const isResult = ({ kind }: { readonly kind: RunKind }): boolean => kind !== 'rateTest'

/** Whether it is training of ours: its spec can be trained again, changed and branched. */
export const isTraining = ({ kind }: { readonly kind: RunKind }): boolean => kind === 'training'
