/*
 * Of the seconds of an epoch, those that its training steps took: the rest went to evaluations, checkpoints and pauses.
 * Epochs of earlier versions have none.
 */
export const trainingTime = `
ALTER TABLE epochs ADD COLUMN training_seconds REAL;
`
