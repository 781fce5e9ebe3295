-- Redactions change bytes that are kept: what takes the place of what has to be known after a crash and for an undo.
CREATE TABLE `redacted_generations` (
	`redaction_id` integer NOT NULL,
	`generation_id` integer NOT NULL,
	`other_id` integer,
	`length` integer NOT NULL,
	`tail_hash` blob NOT NULL,
	`length_after` integer NOT NULL,
	`marks` text DEFAULT '{}' NOT NULL,
	PRIMARY KEY(`redaction_id`, `generation_id`),
	FOREIGN KEY (`redaction_id`) REFERENCES `redactions`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`generation_id`) REFERENCES `generations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`other_id`) REFERENCES `generations`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `redacted_generations_by_generation` ON `redacted_generations` (`generation_id`);--> statement-breakpoint
CREATE INDEX `redacted_generations_by_other` ON `redacted_generations` (`other_id`);--> statement-breakpoint
CREATE TABLE `redactions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`title` text NOT NULL,
	`at` integer NOT NULL,
	`phase` text NOT NULL,
	`request` text NOT NULL,
	`secrets` integer DEFAULT 0 NOT NULL,
	`change_id` integer,
	`has_before` integer DEFAULT true NOT NULL
);
