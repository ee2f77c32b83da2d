import { createGroupStore } from './groupStore.ts'

/* Where the pointer or the keys have put the cursor, in x values, for all charts of a group. */

const cursors = createGroupStore<number>()

export const setCursor = cursors.set
/** Where the cursor of a group is now, for what reads it once. */
export const cursorOf = cursors.get
/** The cursor of a group in x values, or undefined while the pointer is elsewhere. */
export const useCursor = cursors.useValue
