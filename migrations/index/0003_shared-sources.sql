-- Some agents write one session after the other into one file. The cursor of a file names the one that is written now;
-- the others of it are named here.
CREATE TABLE `shared_sources` (
	`source_id` integer NOT NULL,
	`session_key` integer NOT NULL,
	PRIMARY KEY(`source_id`, `session_key`)
);
--> statement-breakpoint
CREATE INDEX `shared_sources_by_session` ON `shared_sources` (`session_key`);