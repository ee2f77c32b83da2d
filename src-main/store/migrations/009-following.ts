/* Folders that other programs write event files to are followed until a user ends that, whichever host is open. */
export const following = `
-- Folders whose event files are read while other programs write them: by the program that it says, else by the next one that opens the lab.
CREATE TABLE followed_folders (
  -- Absolute.
  path TEXT PRIMARY KEY,
  -- Of its run where it is one; null: runs are called as their folders.
  name TEXT,
  -- JSON: what the user said tags are of.
  tag_roles TEXT NOT NULL,
  -- Milliseconds since 1970.
  since INTEGER NOT NULL,
  -- The program that reads it, where that still lives; null while none does.
  host_id TEXT,
  -- Why it cannot be read at present; null where it can.
  problem TEXT
) STRICT, WITHOUT ROWID;
-- JSON: what the reader of a run's event files has to remember from one reading to the next; null for all other runs.
ALTER TABLE runs ADD COLUMN reading TEXT;
-- They were followed by a command that has ended by now.
UPDATE runs SET elsewhere = json_set(elsewhere, '$.followed', json('false'))
  WHERE json_extract(elsewhere, '$.followed') = 1;
`
