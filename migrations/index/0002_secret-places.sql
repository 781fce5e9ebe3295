-- Where secrets stand, and with what each source was looked through. What was read before that is read again from the
-- vault: its texts stood here as they were, and secrets are masked from now on.
DELETE FROM `sessions`;--> statement-breakpoint
DELETE FROM `cursors`;--> statement-breakpoint
DELETE FROM `events`;--> statement-breakpoint
DELETE FROM `event_changes`;--> statement-breakpoint
DELETE FROM `session_files`;--> statement-breakpoint
DELETE FROM `compactions`;--> statement-breakpoint
DELETE FROM `usages`;--> statement-breakpoint
DELETE FROM `problems`;--> statement-breakpoint
DELETE FROM `unknown_kinds`;--> statement-breakpoint
DELETE FROM `code_contents`;--> statement-breakpoint
DELETE FROM `code_files`;--> statement-breakpoint
DELETE FROM `code_ops`;--> statement-breakpoint
DELETE FROM `code_versions`;--> statement-breakpoint
DELETE FROM `code_sweep_kinds`;--> statement-breakpoint
DELETE FROM `code_sweeps`;--> statement-breakpoint
DELETE FROM `code_trees`;--> statement-breakpoint
DELETE FROM `code_takeovers`;--> statement-breakpoint
DELETE FROM `code_calls`;--> statement-breakpoint
DELETE FROM `code_open_calls`;--> statement-breakpoint
DELETE FROM `code_clocks`;--> statement-breakpoint
CREATE TABLE `secret_places` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`secret_id` integer NOT NULL,
	`session_key` integer NOT NULL,
	`generation_id` integer NOT NULL,
	`offset` integer NOT NULL,
	`length` integer NOT NULL,
	`seq` integer,
	`at` integer,
	`record` integer NOT NULL,
	`path` text NOT NULL,
	`is_key` integer NOT NULL,
	`start` integer NOT NULL,
	`end` integer NOT NULL,
	`within` text NOT NULL,
	`tier` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `secret_places_by_secret` ON `secret_places` (`secret_id`,`id`);--> statement-breakpoint
CREATE INDEX `secret_places_by_line` ON `secret_places` (`generation_id`,`offset`);--> statement-breakpoint
CREATE INDEX `secret_places_by_session` ON `secret_places` (`session_key`);--> statement-breakpoint
CREATE TABLE `secret_scans` (
	`generation_id` integer PRIMARY KEY NOT NULL,
	`session_key` integer NOT NULL,
	`rules` text NOT NULL,
	`known_up_to` integer NOT NULL,
	`unchecked` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `secret_scans_by_session` ON `secret_scans` (`session_key`);