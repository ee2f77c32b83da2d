/* The parts of the workbench, in the order in which one reads them. There is one panel on a page. */

export const groupKeys = ['members', 'scores', 'choice', 'diversity', 'calibration', 'weights'] as const
export type GroupKey = (typeof groupKeys)[number]

export const groupTitles: Readonly<Record<GroupKey, string>> = {
  members: 'Members',
  scores: 'Scores',
  choice: 'Choice',
  diversity: 'Diversity',
  calibration: 'Calibration',
  weights: 'Weights',
}

/** Of the element that takes the focus when one goes to that part. */
export const groupId = (key: GroupKey): string => `ensemble-${key}`
