/*
 * Words with which programs write that a value is missing: R (NA), pandas (NaN, <NA>, NaT), Python (None), SQL (NULL),
 * spreadsheets (#N/A), SAS (.), the UCI archive (?).
 */

const NEVER_A_NAME = /^(nan|nat|n\/a|#n\/a|#na|<na>|null|\?)$/i
const MAYBE_A_NAME = /^(na|none|nil|missing|-{1,3}|\.)$/i

/** Whether the text may say that there is no value. */
export const saysMissing = (text: string): boolean => NEVER_A_NAME.test(text) || MAYBE_A_NAME.test(text)

/** Whether such a text may be a name all the same: "NA" is Namibia, "none" a degree of damage. */
export const maybeName = (text: string): boolean => MAYBE_A_NAME.test(text)
